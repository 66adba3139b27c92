"""Security configurations and the account's block public access setting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hue_desktop.simulator.aws.emr.errors import invalid_request
from hue_desktop.simulator.aws.emr.lookup import page
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["SecurityOperations"]

Json = dict[str, Any]
_PAGE = 50
_SSH = {"MinRange": 22, "MaxRange": 22}


class SecurityOperations:
    """Operations on what guards clusters."""

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateSecurityConfiguration": self.create_security_configuration,
            "DeleteSecurityConfiguration": self.delete_security_configuration,
            "DescribeSecurityConfiguration": self.describe_security_configuration,
            "GetBlockPublicAccessConfiguration": self.get_block_public_access,
            "ListSecurityConfigurations": self.list_security_configurations,
            "PutBlockPublicAccessConfiguration": self.put_block_public_access,
        }

    # Security configurations

    def create_security_configuration(self, call: Call) -> Json:
        """Keep a named configuration; its text must be a JSON object."""
        name, text = call.params["Name"], call.params["SecurityConfiguration"]
        known = self._world.settings.security_configurations
        if name in known:
            raise invalid_request(f"SecurityConfiguration with name '{name}' already exists.")
        try:
            valid = isinstance(json.loads(text), dict)
        except ValueError:
            valid = False
        if not valid and self._world.compat != "moto":
            raise invalid_request("The security configuration is not valid JSON.")
        known[name] = {"text": text, "created": self._world.at}
        self._world.touch(self._world.settings)
        return {"Name": name, "CreationDateTime": _when(self._world.at)}

    def describe_security_configuration(self, call: Call) -> Json:
        """A configuration's text."""
        name = call.params["Name"]
        found = self._find(name)
        return {
            "Name": name,
            "SecurityConfiguration": found["text"],
            "CreationDateTime": _when(found["created"]),
        }

    def delete_security_configuration(self, call: Call) -> Json:
        """Forget a configuration; clusters that use it keep their settings."""
        name = call.params["Name"]
        self._find(name)
        del self._world.settings.security_configurations[name]
        self._world.touch(self._world.settings)
        return {}

    def list_security_configurations(self, call: Call) -> Json:
        """Names of all configurations, in pages of 50."""
        known = list(self._world.settings.security_configurations.items())
        chosen, more = page(known, call.params.get("Marker"), _PAGE)
        return {
            "SecurityConfigurations": [
                {"Name": name, "CreationDateTime": _when(found["created"])}
                for name, found in chosen
            ],
            **more,
        }

    def _find(self, name: str) -> Json:
        found = self._world.settings.security_configurations.get(name)
        if found is None:
            raise invalid_request(f"Security configuration with name '{name}' does not exist.")
        return found

    # Block public access

    def get_block_public_access(self, call: Call) -> Json:
        """The setting; blocking but for SSH until somebody changes it, as in a new account."""
        world = self._world
        setting = world.settings.block_public_access or {
            "rules": {
                "BlockPublicSecurityGroupRules": True,
                "PermittedPublicSecurityGroupRuleRanges": [_SSH],
            },
            "changed": world.at - world.at % 86400.0,
            "by": f"arn:aws:iam::{world.account_id}:root",
        }
        return {
            "BlockPublicAccessConfiguration": setting["rules"],
            "BlockPublicAccessConfigurationMetadata": {
                "CreationDateTime": _when(setting["changed"]),
                "CreatedByArn": setting["by"],
            },
        }

    def put_block_public_access(self, call: Call) -> Json:
        """Change the setting."""
        world = self._world
        rules = dict(call.params["BlockPublicAccessConfiguration"])
        for ports in rules.get("PermittedPublicSecurityGroupRuleRanges") or ():
            low, high = ports["MinRange"], ports.get("MaxRange", ports["MinRange"])
            if not 0 <= low <= high <= 65535:
                raise invalid_request(f"Port range {low}-{high} is not valid.")
        world.settings.block_public_access = {
            "rules": rules,
            "changed": world.at,
            "by": f"arn:aws:iam::{world.account_id}:user/{call.access_key or 'hue'}",
        }
        world.touch(world.settings)
        return {}


def _when(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
