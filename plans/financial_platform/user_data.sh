#!/bin/bash
# Makes the application of a fresh Amazon Linux 2023: packages, the bundle, a systemd service, and the agent that ships its log.
set -euo pipefail
dnf install --assumeyes --quiet python3.11 python3.11-pip unzip amazon-cloudwatch-agent

useradd --system --home-dir /opt/financial --shell /sbin/nologin financial
install -d -o root -g financial -m 0750 /opt/financial
install -d -o financial -g financial -m 0750 /var/log/financial
aws s3 cp --region @REGION@ --only-show-errors 's3://@BUCKET@/@BUNDLE_KEY@' /tmp/bundle.zip
echo '@BUNDLE_SHA256@  /tmp/bundle.zip' | sha256sum --check --quiet
unzip -q /tmp/bundle.zip -d /opt/financial
rm /tmp/bundle.zip
python3.11 -m venv /opt/financial/venv
/opt/financial/venv/bin/pip install --quiet --no-cache-dir --requirement /opt/financial/app/requirements.txt

cat > /etc/financial.env <<'ENVIRONMENT'
ENVIRONMENT=@ENVIRONMENT@
AWS_REGION=@REGION@
SECRET_ARN=@SECRET_ARN@
CA_BUNDLE=/opt/financial/rds-ca-bundle.pem
PORT=@PORT@
METRIC_NAMESPACE=@METRIC_NAMESPACE@
LOG_FILE=/var/log/financial/application.log
ENVIRONMENT

cat > /etc/systemd/system/financial.service <<'SERVICE'
[Unit]
Description=The financial transaction application
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
User=financial
Group=financial
WorkingDirectory=/opt/financial
EnvironmentFile=/etc/financial.env
ExecStart=/opt/financial/venv/bin/python -m app
Restart=always
RestartSec=5
TimeoutStopSec=60
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ReadWritePaths=/var/log/financial

[Install]
WantedBy=multi-user.target
SERVICE

cat > /etc/logrotate.d/financial <<'ROTATE'
/var/log/financial/application.log {
    size 50M
    rotate 3
    create 0640 financial financial
    missingok
    nodateext
}
ROTATE

cat > /opt/aws/amazon-cloudwatch-agent/etc/financial.json <<'AGENT'
{
  "agent": {"run_as_user": "cwagent", "region": "@REGION@"},
  "logs": {"logs_collected": {"files": {"collect_list": [
    {"file_path": "/var/log/financial/application.log", "log_group_name": "@LOG_GROUP@", "log_stream_name": "{instance_id}"}
  ]}}}
}
AGENT
usermod --append --groups financial cwagent
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s \
  -c file:/opt/aws/amazon-cloudwatch-agent/etc/financial.json

systemctl daemon-reload
systemctl enable --now financial.service
