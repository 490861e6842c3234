"""Clubs, schools and rinks that coaches work for."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import audit, names
from core.errors import TenantTaken
from core.models import Tenant
from core.models.base import named
from core.unit import AnyRow, Look, Unit


def create(unit: Unit, name: str) -> uuid.UUID:
    """A new tenant. TenantTaken when there is one of this name, letter case aside."""
    tenant = Tenant(id=uuid.uuid4(), name=name, name_key=names.canonical(name), created_at=unit.now)
    unit.session.add(tenant)
    try:
        unit.session.flush()
    except IntegrityError as error:
        raise TenantTaken from error
    audit.record(unit, "tenant_created", user_id=unit.visitor.user_id, tenant=str(tenant.id), name=name)
    return tenant.id


def list_all(look: Look) -> Sequence[AnyRow]:
    """Id and name of each, by name."""
    return look(select(*named(Tenant, "id", "name")).order_by(Tenant.name_key))
