"""The attributes that AWS shows of a new load balancer, target group and listener; there are no others."""

from __future__ import annotations

_OFF, _NONE = "false", ""

_BALANCER = {
    "access_logs.s3.enabled": _OFF,
    "access_logs.s3.bucket": _NONE,
    "access_logs.s3.prefix": _NONE,
    "deletion_protection.enabled": _OFF,
    "zonal_shift.config.enabled": _OFF,
}
_APPLICATION = {
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.enabled": _OFF,
    "connection_logs.s3.bucket": _NONE,
    "connection_logs.s3.prefix": _NONE,
    "health_check_logs.s3.enabled": _OFF,
    "health_check_logs.s3.bucket": _NONE,
    "health_check_logs.s3.prefix": _NONE,
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": _OFF,
    "routing.http.preserve_host_header.enabled": _OFF,
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": _OFF,
    "routing.http.xff_client_port.enabled": _OFF,
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": _OFF,
}
_NETWORK = {
    "dns_record.client_routing_policy": "any_availability_zone",
    "load_balancing.cross_zone.enabled": _OFF,
    "secondary_ips.auto_assigned.per_subnet": "0",
}

_GROUP = {
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "stickiness.enabled": _OFF,
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
_HTTP_GROUP = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "slow_start.duration_seconds": "0",
    "stickiness.type": "lb_cookie",
    "stickiness.app_cookie.cookie_name": _NONE,
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.lb_cookie.duration_seconds": "86400",
}
_PACKET_GROUP = {
    "deregistration_delay.timeout_seconds": "300",
    "deregistration_delay.connection_termination.enabled": _OFF,
    "preserve_client_ip.enabled": "true",
    "proxy_protocol_v2.enabled": _OFF,
    "stickiness.type": "source_ip",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}
_LAMBDA_GROUP = {"lambda.multi_value_headers.enabled": _OFF}

_RESPONSE = "routing.http.response."
_HTTP_LISTENER = {
    f"{_RESPONSE}server.enabled": "true",
    **{
        f"{_RESPONSE}{name}.header_value": _NONE
        for name in (
            "access_control_allow_credentials",
            "access_control_allow_headers",
            "access_control_allow_methods",
            "access_control_allow_origin",
            "access_control_expose_headers",
            "access_control_max_age",
            "content_security_policy",
            "strict_transport_security",
            "x_content_type_options",
            "x_frame_options",
        )
    },
}
_HTTPS_LISTENER = {
    f"routing.http.request.{header.replace('-', '_').lower()}.header_name": header
    for header in (
        "X-Amzn-Mtls-Clientcert",
        "X-Amzn-Mtls-Clientcert-Issuer",
        "X-Amzn-Mtls-Clientcert-Leaf",
        "X-Amzn-Mtls-Clientcert-Serial-Number",
        "X-Amzn-Mtls-Clientcert-Subject",
        "X-Amzn-Mtls-Clientcert-Validity",
        "X-Amzn-Tls-Cipher-Suite",
        "X-Amzn-Tls-Version",
    )
}


def of_balancer(kind: str, scheme: str) -> dict[str, str]:
    """The attributes of a new load balancer."""
    closed = {"ipv6.deny_all_igw_traffic": "true" if scheme == "internal" else _OFF}
    return {**_BALANCER, **closed, **(_APPLICATION if kind == "application" else _NETWORK)}


def of_group(target_type: str, protocol: str | None) -> dict[str, str]:
    """The attributes of a new target group."""
    if target_type == "lambda":
        return {**_GROUP, **_LAMBDA_GROUP}
    return {**_GROUP, **(_HTTP_GROUP if protocol in ("HTTP", "HTTPS") else _PACKET_GROUP)}


def of_listener(protocol: str) -> dict[str, str]:
    """The attributes of a new listener."""
    if protocol in ("HTTP", "HTTPS"):
        return {**_HTTP_LISTENER, **(_HTTPS_LISTENER if protocol == "HTTPS" else {})}
    return {"tcp.idle_timeout.seconds": "350"} if protocol == "TCP" else {}
