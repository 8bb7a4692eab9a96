"""The desk's door for codes that were printed earlier: which serial each of them is on."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dashboards.desk.catalogue import product_page
from dashboards.desk.forms import PrintedForm
from dashboards.desk.members import at_desk
from parties.access import Role
from parties.errors import RefusedError
from parties.models import Member
from picos.access import access_product
from picos.linking import MOST, link_codes
from picos.serial_files import read_links


@at_desk(Role.ADMIN)
def link_printed(request: HttpRequest, member: Member, product_id: UUID) -> HttpResponse:
    """Gives the codes of a file their serials, all or none."""
    product = access_product(company=member.company, product_id=product_id)
    form = PrintedForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            links = read_links(form.cleaned_data["printed"], most=MOST)
            linked = link_codes(company=member.company, links=links)
        except RefusedError as error:
            form.add_error("printed", str(error))
        else:
            messages.success(request, f"Codes with a serial number now: {len(linked):,}.")
            return redirect("product", member.company.slug, product.pk)
    return product_page(request, member, product, printed=form)
