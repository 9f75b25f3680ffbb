"""The real daemon beside the real simulator for hours, under load and trouble: does anything grow that should not?"""
