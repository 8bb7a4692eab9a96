"""A person: a customer, a member of a company, or both. The e-mail address is how they sign in."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7


class PersonManager(BaseUserManager["Person"]):
    """People are found by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """The person with this e-mail address. Raises Person.DoesNotExist."""
        return self.get(email=(username or "").lower())

    def with_address(self, email: str) -> "Person":
        """The person with this address, made now if there is none."""
        email = email.lower()
        try:
            with transaction.atomic():
                return self.filter(email=email).first() or self.create_user(email)
        except IntegrityError:
            # Somebody else made them a moment ago.
            return self.get(email=email)

    def create_user(self, email: str, name: str = "") -> "Person":
        """A new person who signs in by mailed code or passkey; nobody has a password."""
        person = self.model(email=email.lower(), name=name)
        person.set_unusable_password()
        person.save(force_insert=True)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address that no company is ever shown unless they grant it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name_plural = "people"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="person_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        """What others are shown: the name, never the address."""
        return self.name or "Somebody"

    @property
    def greeting(self) -> str:
        """What the person themself is called on their own pages."""
        return self.name or self.email
