"""The scale ticket as a small real PNG with the weights drawn on it."""

from decimal import Decimal
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from massid_local.samples.load import Load

SIZE = (420, 300)


@cache
def _font() -> ImageFont.ImageFont:
    return ImageFont.load_default_imagefont()


def render_ticket(load: Load) -> bytes:
    """Number, time, plate, gross, tare and net weight in kg."""
    image = Image.new("1", SIZE, 1)
    draw = ImageDraw.Draw(image)
    draw.rectangle((6, 6, SIZE[0] - 7, SIZE[1] - 7), outline=0)
    for row, text in enumerate(_lines(load)):
        draw.text((24, 22 + 24 * row), text, fill=0, font=_font())
    target = BytesIO()
    image.save(target, format="PNG")
    return target.getvalue()


def _lines(load: Load) -> list[str]:
    weights = load.weights
    quantity = weights.quantity or 1
    return [
        "TICKET DE PESAGEM",
        f"TICKET {load.ticket_number}",
        f"DATA {load.times.weighed:%d/%m/%Y %H:%M}",
        f"PLACA {load.plan.vehicle.plate}",
        f"BALANCA {load.plan.recycler.scale_type}",
        f"PESO BRUTO   {_kg(weights.gross)}",
        f"TARA         {_kg(weights.tare)} x {quantity}",
        f"PESO LIQUIDO {_kg(weights.net)}",
        f"OPERADOR {load.operator}",
    ]


def _kg(weight: Decimal) -> str:
    return f"{weight:>10} kg"
