"""What setup.cfg cannot say: the folder config/ goes along, inside the package."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["kis_actors*", "eventlog*"]), "kis_actors.config"],
    package_dir={"kis_actors.config": "config"},
)
