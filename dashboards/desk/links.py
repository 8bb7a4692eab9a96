"""The desk's links of a product: the manual, support, registration, a recall."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dashboards.desk.catalogue import batches_of, product_page
from dashboards.desk.forms import LinkForm
from dashboards.desk.members import at_desk
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Member
from picos import links as verbs
from picos.access import access_link, access_product


@at_desk(Role.ADMIN)
def add(request: HttpRequest, member: Member, product_id: UUID) -> HttpResponse:
    """A link for the product, or for one of its batches."""
    product = access_product(company=member.company, product_id=product_id)
    form = LinkForm(request.POST, batches=batches_of(product))
    if form.is_valid():
        try:
            verbs.add_link(product=product, **form.cleaned_data)
        except RefusedError as error:
            form.add_error(error.field, str(error))
        except StateForbidsError as error:
            form.add_error(None, str(error))
        else:
            return redirect("product", member.company.slug, product.pk)
    return product_page(request, member, product, link=form)


@at_desk(Role.ADMIN)
def remove(request: HttpRequest, member: Member, product_id: UUID, link_id: UUID) -> HttpResponse:
    """Takes a link away."""
    del request
    product = access_product(company=member.company, product_id=product_id)
    verbs.remove_link(access_link(product=product, link_id=link_id))
    return redirect("product", member.company.slug, product.pk)
