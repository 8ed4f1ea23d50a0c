"""The operator's room: who may sign in, and the API behind the sign-in."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito

from csms import contract
from infra.function import FunctionFactory
from infra.http_api import HttpApi
from infra.nag import acknowledge
from infra.settings import Settings

GROUPS: Final = {
    "admin": "Everything, including users of partners' credentials and charger removal",
    "operator": "Chargers, commands, tariffs and partners",
    "finance": "Sessions, CDRs, payments, refunds and reports",
    "installer": "Putting chargers into service",
    "viewer": "Reading only",
}


def add_operator_api(stack: cdk.Stack, functions: FunctionFactory, http: HttpApi, settings: Settings) -> None:
    """Creates the user pool with its groups, the JWT authorizer, the function and its routes."""
    pool = _user_pool(stack, settings)
    client = cognito.CfnUserPoolClient(
        stack,
        "OperatorClient",
        user_pool_id=pool.ref,
        explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        generate_secret=False,
        prevent_user_existence_errors="ENABLED",
        enable_token_revocation=True,
        token_validity_units={"accessToken": "minutes", "idToken": "minutes", "refreshToken": "hours"},
        access_token_validity=60,
        id_token_validity=60,
        refresh_token_validity=12,
    )
    for precedence, (group, description) in enumerate(GROUPS.items()):
        cognito.CfnUserPoolGroup(
            stack,
            f"{group.capitalize()}Group",
            user_pool_id=pool.ref,
            group_name=group,
            description=description,
            precedence=precedence,
        )
    http.add_authorizer(
        "operator",
        issuer=f"https://cognito-idp.{stack.region}.{stack.url_suffix}/{pool.ref}",
        audience=client.ref,
    )
    http.add(contract.OPERATOR_API, functions.create(contract.OPERATOR_API))
    cdk.CfnOutput(stack, "OperatorPoolId", value=pool.ref)
    cdk.CfnOutput(stack, "OperatorClientId", value=client.ref)


def _user_pool(stack: cdk.Stack, settings: Settings) -> cognito.CfnUserPool:
    """Users are invited by an administrator, sign in by e-mail and can add an authenticator app."""
    pool = cognito.CfnUserPool(
        stack,
        "OperatorPool",
        user_pool_name=f"csms-{settings.stage}",
        username_attributes=["email"],
        auto_verified_attributes=["email"],
        admin_create_user_config={"allowAdminCreateUserOnly": True},
        mfa_configuration="ON" if settings.operator_mfa == "required" else "OPTIONAL",
        enabled_mfas=["SOFTWARE_TOKEN_MFA"],
        policies={
            "passwordPolicy": {
                "minimumLength": 12,
                "requireLowercase": True,
                "requireUppercase": True,
                "requireNumbers": True,
                "requireSymbols": True,
                "temporaryPasswordValidityDays": 3,
            },
        },
        account_recovery_setting={"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
        deletion_protection="ACTIVE",
    )
    if settings.operator_mfa != "required":
        acknowledge(pool, "COG2", "users can add an authenticator app; context operator_mfa=required enforces it")
    acknowledge(pool, "COG8", "the Plus tier is billed per user and adds nothing to invited users with an own app")
    pool.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    return pool
