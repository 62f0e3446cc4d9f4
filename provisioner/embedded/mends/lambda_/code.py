"""The code of functions: a zip that is one, or an object that is there."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from ...call import Call, Refused
from ..mending import Mends
from ..mending import backend as backend_of

mends = Mends("lambda")


@mends.first("CreateFunction", "UpdateFunctionCode")
def code_is_there(call: Call, backend: Any) -> None:
    code = call.parameters.get("Code", call.parameters)
    if "ZipFile" in code:
        _is_a_zip(code["ZipFile"])
    elif "S3Bucket" in code:
        _is_an_object(call, code)


def _is_a_zip(content: bytes) -> None:
    if not zipfile.is_zipfile(BytesIO(content)):
        message = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise Refused("InvalidParameterValueException", message)
    if not zipfile.ZipFile(BytesIO(content)).namelist():
        raise Refused("InvalidParameterValueException", "Uploaded file must be a non-empty zip")


def _is_an_object(call: Call, code: dict[str, Any]) -> None:
    bucket = backend_of(call, "s3").buckets.get(code["S3Bucket"])
    if bucket is None:
        raise _not_found("NoSuchBucket", "The specified bucket does not exist")
    if bucket.region_name != call.region:
        raise _not_found("PermanentRedirect", "The bucket is in another region.")
    if code["S3Key"] not in bucket.keys:
        raise _not_found("NoSuchKey", "The specified key does not exist.")


def _not_found(code: str, message: str) -> Refused:
    said = f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"
    return Refused("InvalidParameterValueException", said)
