"""Keys of one purpose each, derived from the installation's secret: none opens two doors."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

from cryptography.fernet import Fernet

from portal.base.config import Config


@dataclass(frozen=True)
class Keys:
    """What the installation's secret gives; read when a key is first needed."""

    config: Config

    @cached_property
    def _secret(self) -> bytes:
        return self.config.secret().encode()

    def of(self, purpose: str) -> bytes:
        """The 32 bytes that serve this purpose and no other."""
        return hmac.digest(self._secret, f"accord/{purpose}".encode(), hashlib.sha256)

    def seal(self, purpose: str, *parts: object) -> str:
        """The HMAC of these parts in hex: nobody without the secret can make it."""
        # A part's length stands before it, so that parts cannot flow into each other.
        message = "".join(f"{len(str(part))}:{part}" for part in parts)
        return hmac.digest(self.of(purpose), message.encode(), hashlib.sha256).hex()

    def box(self, purpose: str) -> Fernet:
        """Encrypts and authenticates for this purpose."""
        return Fernet(base64.urlsafe_b64encode(self.of(purpose)))
