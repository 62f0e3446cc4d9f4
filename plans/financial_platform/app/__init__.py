"""The service that runs on the platform's instances. It knows nothing of how they are provisioned: `python -m app`."""
