"""The manifests as small real PDFs with a text layer, in the spirit of SINIR's layouts (mtr-sinir and cdf-sinir).

The streams aren't compressed: the bytes then don't depend on the machine's zlib, and the text can be read with any tool.
"""

from datetime import date
from decimal import Decimal

from fpdf import FPDF

from massid_local.samples.load import Load
from massid_local.samples.parties import Party

TEXT_SIZE = 9
LINE = 5.2


def render_transport_manifest(load: Load) -> bytes:
    """The MTR: numbers, dates, the three parties, plate, waste and quantity."""
    plan, times = load.plan, load.times
    page = _page("Manifesto de Transporte de Resíduos e Rejeitos", load)
    _line(page, "IBAMA - Sistema Nacional de Informações sobre a Gestão dos Resíduos Sólidos")
    _line(page, f"MTR Nº: {load.transport_number}")
    _line(page, f"Data de Emissão: {_day(times.picked_up.date())}")
    _line(page, f"Data de Transporte: {_day(times.picked_up.date())}")
    _line(page, f"Data de Recebimento: {_day(load.composting_begins.date())}")
    _party(page, "Identificação do Gerador", plan.generator)
    _party(page, "Identificação do Transportador", plan.hauler or plan.generator)
    _line(page, f"Placa do Veículo: {plan.vehicle.plate}")
    _line(page, f"Motorista: {load.driver}")
    _party(page, "Identificação do Destinador", plan.recycler)
    _heading(page, "Identificação dos Resíduos")
    _fitted(page, f"Tipo de Resíduo: {plan.waste.code.replace(' ', '')} - {plan.waste.description}")
    _line(page, "Classe: Classe II A")
    _line(page, f"Quantidade: {_kilograms(load.weights.declared)} kg")
    _line(page, "Tratamento: Compostagem")
    return bytes(page.output())


def render_recycling_manifest(load: Load) -> bytes:
    """The CDF: number, processing period, recycler, generator, waste in tonnes, and the manifests it covers."""
    plan, times = load.plan, load.times
    begin, end = times.processing_period
    tonnes = format(load.weights.declared / 1000, ".5f").replace(".", ",")
    page = _page("CERTIFICADO DE DESTINAÇÃO FINAL", load)
    _line(page, f"CDF nº {load.recycling_number}")
    _line(page, f"Período: {_day(begin)} a {_day(end)}")
    _line(page, f"{plan.recycler.name}, CPF/CNPJ {plan.recycler.tax_id} certifica que recebeu,")
    _line(page, f"em sua unidade de {plan.recycler.place.city} SP, os resíduos abaixo discriminados.")
    _line(page, f"Licença Ambiental: {plan.recycler.license}")
    _heading(page, "Identificação do Gerador")
    _labelled(page, "Razão Social:", plan.generator.name)
    _labelled(page, "CPF/CNPJ:", plan.generator.tax_id)
    _line(page, f"Endereço: {_street(plan.generator)} Município: {plan.generator.place.city} UF: SP")
    _heading(page, "Identificação dos Resíduos")
    _fitted(page, f"{plan.waste.code.replace(' ', '')} - {plan.waste.description}")
    _line(page, f"Classe II A {tonnes} Tonelada Compostagem")
    _heading(page, "Declaração")
    _line(page, "Declaramos que os resíduos acima foram recebidos e destinados.")
    _line(page, f"{plan.recycler.place.city}, {_day(times.certified.date())}")
    if not plan.transport_exempt:
        _heading(page, "Manifestos Incluídos:")
        _line(page, load.transport_number)
    _line(page, "Nome do Responsável")
    _line(page, "Sistema MTR do Sinir")
    return bytes(page.output())


def _page(title: str, load: Load) -> FPDF:
    page = FPDF()
    page.set_compression(False)
    page.set_creation_date(load.times.created)
    page.set_title(title)
    page.add_page()
    page.set_font("Helvetica", style="B", size=13)
    page.cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", size=TEXT_SIZE)
    return page


def _line(page: FPDF, text: str) -> None:
    page.multi_cell(0, LINE, text, new_x="LMARGIN", new_y="NEXT")


def _fitted(page: FPDF, text: str) -> None:
    """On one line, in smaller letters if need be: a description that wraps is hard to read back."""
    page.set_font_size(min(TEXT_SIZE, TEXT_SIZE * (page.epw - 3) / page.get_string_width(text)))
    _line(page, text)
    page.set_font_size(TEXT_SIZE)


def _labelled(page: FPDF, label: str, value: str) -> None:
    """Label and value on lines of their own, as SINIR's certificate has them."""
    _line(page, label)
    _line(page, value)


def _heading(page: FPDF, text: str) -> None:
    page.ln(3)
    page.set_font("Helvetica", style="B", size=TEXT_SIZE + 1)
    _line(page, text)
    page.set_font("Helvetica", size=TEXT_SIZE)


def _party(page: FPDF, heading: str, party: Party) -> None:
    _heading(page, heading)
    _line(page, f"Razão Social: {party.name}")
    _line(page, f"{'CPF' if party.is_person else 'CNPJ'}: {party.written_tax_id}")
    _line(page, f"Endereço: {_street(party)}")
    _line(page, f"Município: {party.place.city}")
    _line(page, "UF: SP")


def _street(party: Party) -> str:
    return f"{party.place.street}, {party.place.number}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _kilograms(weight: Decimal) -> str:
    """Brazilian writing: points for thousands, a comma before the decimals."""
    return format(weight, ",.2f").translate(str.maketrans(",.", ".,"))
