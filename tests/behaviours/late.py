"""AWS's lists lag behind: what was just made is not in them yet, and what was just deleted still is."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

import jmespath

from provisioner.embedded.call import Answer, Behaviour, Refused
from provisioner.embedded.mends.mending import backend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioner.embedded.call import Call


class Late(Behaviour):
    """What was made is missing from the next `reads` answers that would show it, and what was deleted stays in as many lists.

    Asked for by its id, the one is "not found"; of the other only lists tell. States are not touched: what AWS shows as
    `deleted` does not linger beside that.
    """

    def __init__(self, reads: int) -> None:
        self.hidden = self.lingered = 0
        self._reads = reads
        self._left: dict[tuple[_Kind, str], int] = {}
        self._seen: dict[tuple[_Kind, str], tuple[str, dict[str, Any]]] = {}
        self._ghosts: dict[tuple[_Kind, str], int] = {}

    def after(self, call: Call, answer: Answer) -> Answer:
        if not answer.error:
            self._remember(call, answer)
        for kind in _KINDS:
            if str(call) in kind.reads:
                self._hide_by_id(kind, call)
            if str(call) == kind.list and not answer.error:
                answer = self._lagging(kind, call, answer)
        return answer

    def _remember(self, call: Call, answer: Answer) -> None:
        content: Any = answer.content
        said = {"asked": call.parameters, "said": content}
        for kind in _KINDS:
            if str(call) == kind.create:
                for made in _ids(kind.made, said):
                    # A create that is repeated with its token makes nothing.
                    self._left.setdefault((kind, made), self._reads)
            if str(call) == kind.delete:
                for gone in _ids(kind.gone, said):
                    self._left[kind, gone] = 0
                    self._ghosts[kind, gone] = self._reads
        if str(call) == "ec2:CreateVpc":
            for kind, part in _born_with(content["Vpc"]["VpcId"], backend(call)):
                self._left.setdefault((kind, part), self._reads)

    def _hide_by_id(self, kind: _Kind, call: Call) -> None:
        named = call.parameters.get(kind.reads[str(call)]) or []
        late = [found for found in map(_plain, [named] if isinstance(named, str) else named) if self._left.get((kind, found))]
        for found in late:
            self._look_past(kind, found)
        if late:
            raise Refused(kind.missing, f"{kind.noun} {' and '.join(late)} does not exist", kind.status)

    def _lagging(self, kind: _Kind, call: Call, answer: Answer) -> Answer:
        shown: list[dict[str, Any]] = jmespath.search(kind.listed, answer.content) or []
        kept = []
        for document in shown:
            found = _plain(document[kind.id])
            if self._left.get((kind, found)):
                self._look_past(kind, found)
            else:
                self._seen[kind, found] = (call.region, document)
                kept.append(document)
        there = {_plain(document[kind.id]) for document in kept}
        ghosts = [document for found, document in self._lingering(kind, call) if found not in there]
        self.lingered += len(ghosts)
        return _with(answer, kind.listed, [*kept, *ghosts]) if ghosts or len(kept) < len(shown) else answer

    def _look_past(self, kind: _Kind, found: str) -> None:
        self._left[kind, found] -= 1
        self.hidden += 1

    def _lingering(self, kind: _Kind, call: Call) -> Iterator[tuple[str, dict[str, Any]]]:
        for (of, found), left in list(self._ghosts.items()):
            region, document = self._seen.get((of, found), ("", {}))
            if of is kind and left and region == call.region and _matches(document, call.parameters):
                self._ghosts[of, found] -= 1
                yield found, document


class _Kind(NamedTuple):
    """How a kind of resource is made, listed, asked for and deleted; paths are JMESPath, into what was asked and said."""

    noun: str
    create: str
    made: str
    list: str
    listed: str
    id: str
    missing: str
    delete: str = ""
    gone: str = ""
    more_reads: tuple[tuple[str, str], ...] = ()
    status: int = 400

    @property
    def reads(self) -> Mapping[str, str]:
        """The reads that name one, and the parameter that does."""
        return dict(self.more_reads)


def _ec2(noun: str, missing: str, *, lingers: bool = True, id_name: str = "", **more: Any) -> _Kind:
    about = {
        "create": f"ec2:Create{noun}",
        "made": f"said.{noun}.{noun}Id",
        "list": f"ec2:Describe{noun}s",
        "listed": f"{noun}s",
        "id": id_name or f"{noun}Id",
        "delete": f"ec2:Delete{noun}" if lingers else "",
        "gone": f"asked.{id_name or noun + 'Id'}",
        "more_reads": ((f"ec2:Describe{noun}s", f"{id_name or noun + 'Id'}s"),),
    }
    return _Kind(noun=noun, missing=missing, **{**about, **more})


_VPC = _ec2("Vpc", "InvalidVpcID.NotFound", more_reads=(("ec2:DescribeVpcs", "VpcIds"), ("ec2:DescribeVpcAttribute", "VpcId")))
_GROUP = _ec2("SecurityGroup", "InvalidGroup.NotFound", id_name="GroupId", made="said.GroupId")
_ACL = _ec2("NetworkAcl", "InvalidNetworkAclID.NotFound")
_TABLE = _ec2("RouteTable", "InvalidRouteTableID.NotFound")
_ROLE_READS = ("GetRole", "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies")
_KEY_READS = ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags")
_BUCKET_READS = ("HeadBucket", "GetBucketTagging", "GetBucketPolicy", "GetBucketVersioning", "GetBucketEncryption")

_KINDS = (
    _VPC,
    _GROUP,
    _ACL,
    _TABLE,
    _ec2("Subnet", "InvalidSubnetID.NotFound"),
    _ec2("InternetGateway", "InvalidInternetGatewayID.NotFound"),
    _ec2(
        "Address",
        "InvalidAllocationID.NotFound",
        id_name="AllocationId",
        create="ec2:AllocateAddress",
        made="said.AllocationId",
        list="ec2:DescribeAddresses",
        listed="Addresses",
        delete="ec2:ReleaseAddress",
        more_reads=(("ec2:DescribeAddresses", "AllocationIds"),),
    ),
    _ec2("NatGateway", "NatGatewayNotFound", lingers=False),
    _ec2("VpcEndpoint", "InvalidVpcEndpointId.NotFound", lingers=False),
    _ec2("FlowLog", "InvalidFlowLogId.NotFound", create="ec2:CreateFlowLogs", made="said.FlowLogIds", lingers=False),
    _Kind(
        *("role", "iam:CreateRole", "asked.RoleName", "iam:ListRoles", "Roles", "RoleName", "NoSuchEntity"),
        *("iam:DeleteRole", "asked.RoleName"),
        tuple((f"iam:{operation}", "RoleName") for operation in _ROLE_READS),
        404,
    ),
    _Kind(
        *("key", "kms:CreateKey", "said.KeyMetadata.KeyId", "kms:ListKeys", "Keys", "KeyId", "NotFoundException"),
        more_reads=tuple((f"kms:{operation}", "KeyId") for operation in _KEY_READS),
    ),
    _Kind(
        *("alias", "kms:CreateAlias", "asked.AliasName", "kms:ListAliases", "Aliases", "AliasName", "NotFoundException"),
        *("kms:DeleteAlias", "asked.AliasName"),
        (("kms:DescribeKey", "KeyId"),),
    ),
    _Kind(
        *("log group", "logs:CreateLogGroup", "asked.logGroupName", "logs:DescribeLogGroups", "logGroups", "logGroupName"),
        *("ResourceNotFoundException", "logs:DeleteLogGroup", "asked.logGroupName"),
        (("logs:ListTagsForResource", "resourceArn"),),
    ),
    _Kind(
        *("bucket", "s3:CreateBucket", "asked.Bucket", "s3:ListBuckets", "Buckets", "Name", "NoSuchBucket"),
        *("s3:DeleteBucket", "asked.Bucket"),
        tuple((f"s3:{operation}", "Bucket") for operation in _BUCKET_READS),
        404,
    ),
)

_FIELDS = {"vpc-id": "VpcId", "subnet-id": "SubnetId", "group-name": "GroupName", "default": "IsDefault"}


def _born_with(vpc: str, ec2: Any) -> Iterator[tuple[_Kind, str]]:
    """AWS: what a VPC is born with appears a moment after it."""
    yield from ((_GROUP, group) for group in ec2.groups[vpc])
    yield from ((_ACL, acl.id) for acl in ec2.network_acls.values() if acl.vpc_id == vpc)
    yield from ((_TABLE, table.id) for table in ec2.route_tables.values() if table.vpc_id == vpc)


def _ids(path: str, said: Any) -> list[str]:
    found = jmespath.search(path, said) or []
    return [_plain(one) for one in ([found] if isinstance(found, str) else found)]


def _plain(named: str) -> str:
    """The id in an ARN."""
    if not named.startswith("arn:"):
        return named
    if ":log-group:" in named:
        return named.partition(":log-group:")[2].removesuffix(":*")
    return named.rpartition("/")[2]


def _matches(document: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    """Whether a list with these parameters would show the document; only for filters that our types use."""
    tags = {tag["Key"]: tag["Value"] for tag in document.get("Tags", ())}
    for entry in parameters.get("Filters", ()):
        name = entry["Name"]
        have = tags.get(name[4:]) if name.startswith("tag:") else document.get(_FIELDS.get(name, ""))
        if str(have).lower() not in {value.lower() for value in entry["Values"]}:
            return False
    path, name = parameters.get("PathPrefix", ""), parameters.get("Prefix", "")
    return str(document.get("Path", "")).startswith(path) and str(document.get("Name", "")).startswith(name)


def _with(answer: Answer, name: str, documents: list[dict[str, Any]]) -> Answer:
    assert isinstance(answer.content, dict)
    return Answer.of(deepcopy({**answer.content, name: documents}))
