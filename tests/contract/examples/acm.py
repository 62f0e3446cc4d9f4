"""AWS Certificate Manager."""

from __future__ import annotations

from provisioner.resources.acm.certificate import Certificate
from provisioner.resources.route53.hosted_zone import HostedZone
from provisioner.resources.route53.record_set import RecordSet

from . import Example

ZONE = HostedZone("zone", zone_name="example.com")
PROOFS = tuple(
    RecordSet(
        f"proof-{number}",
        hosted_zone=ZONE,
        # What the embedded AWS wants of everybody.
        record_name=f"_d930b28be6c5927595552b219965053e.{domain}",
        type="CNAME",
        records=("_c9edd76ee4a0e2a74388032f3861cc50.ykybfrwcxw.acm-validations.aws.",),
    )
    for number, domain in enumerate(("example.com", "www.example.com"))
)
AUTHORITY = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012"

EXAMPLES = [
    Example(
        Certificate(
            "certificate",
            domain_name="example.com",
            certificate_transparency_logging_preference="ENABLED",
            export="DISABLED",
            after=PROOFS,
        ),
        changes={"certificate_transparency_logging_preference": "DISABLED"},
        replaces={
            "domain_name": "www.example.com",
            "subject_alternative_names": ("*.example.com", "www.example.com"),
            "key_algorithm": "EC_prime256v1",
            "export": "ENABLED",
        },
        fixed={
            "validation_method": "by mail a person must answer: see the type's own tests",
            "validation_domains": "only where a person is asked by mail: see the type's own tests",
            "certificate_authority_arn": "a private one shows no validation: see the type's own tests",
            "managed_by": "only CloudFront's own are: see the type's own tests",
        },
    ),
]
