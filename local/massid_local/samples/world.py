"""The sample world: invented parties around São Paulo and Campinas.

Names and tax ids are made up (check digits are valid); a likeness to a registered company is chance. Towns, districts and
postal code ranges exist, so that coordinates and addresses agree with a map.
"""

from decimal import Decimal
from typing import Final

from massid_local.samples.parties import Generator, Hauler, Party, Place, Recycler, Vehicle

D = Decimal

FOOD: Final = "Food, Food Waste and Beverages"
GARDEN: Final = "Garden, Yard and Park Waste"
WOOD: Final = "Wood and Wood Products"
INDUSTRIAL_SLUDGE: Final = "Industrial Sludge"
DOMESTIC_SLUDGE: Final = "Domestic Sludge"
OTHERS: Final = "Others (if organic)"


def _place(*text: str, at: tuple[str, str]) -> Place:
    name, street, number, neighborhood, city, zip_code = text
    return Place(name, street, number, neighborhood, city, zip_code, D(at[0]), D(at[1]))


CAMPINAS, PAULO = "Campinas", "São Paulo"

GENERATORS: Final = (
    Generator(
        "Supermercado Bom Grão Ltda",
        "41830257000158",
        _place(
            "Loja Cambuí", "Rua Coronel Quirino", "1480", "Cambuí", CAMPINAS, "13025002", at=("-22.8921", "-47.0498")
        ),
        {FOOD: ("02 03 04", "20 01 08")},
    ),
    Generator(
        "Restaurante Panela de Barro Ltda",
        "52741603000148",
        _place(
            "Cozinha central", "Rua Vergueiro", "2045", "Vila Mariana", PAULO, "04101000", at=("-23.5793", "-46.6401")
        ),
        {FOOD: ("20 01 08",)},
    ),
    Generator(
        "Associação dos Feirantes do Mercado Velho",
        "63390821000100",
        _place(
            "Mercado Velho",
            "Avenida Benjamin Constant",
            "730",
            "Centro",
            CAMPINAS,
            "13010142",
            at=("-22.9041", "-47.0637"),
        ),
        {FOOD: ("20 03 02",)},
    ),
    Generator(
        "Indústria de Sucos Vale Claro S.A.",
        "70925418000195",
        _place(
            "Fábrica",
            "Avenida Antônio Frederico Ozanan",
            "6200",
            "Vila Rio Branco",
            "Jundiaí",
            "13215010",
            at=("-23.1758", "-46.8893"),
        ),
        {FOOD: ("02 03 04", "02 07 04"), INDUSTRIAL_SLUDGE: ("02 03 01",)},
    ),
    Generator(
        "Condomínio Parque das Paineiras",
        "81637094000106",
        _place(
            "Portaria 1",
            "Alameda dos Jacarandás",
            "95",
            "Parque das Paineiras",
            "Valinhos",
            "13278410",
            at=("-22.9987", "-46.9902"),
        ),
        {GARDEN: ("20 02 01",)},
    ),
)
"""Those of the demo."""

MORE_GENERATORS: Final = (
    Generator(
        "Marcenaria Pinho e Cedro Ltda",
        "25480731000102",
        _place(
            "Oficina",
            "Rua José Bonifácio",
            "412",
            "Jardim Flamboyant",
            CAMPINAS,
            "13091140",
            at=("-22.8934", "-47.0312"),
        ),
        {WOOD: ("03 01 05", "15 01 03")},
    ),
    Generator(
        "Saneamento Ribeirão Claro S.A.",
        "37291546000159",
        _place(
            "Estação de tratamento",
            "Estrada dos Jequitibás",
            "3100",
            "Distrito Industrial",
            "Vinhedo",
            "13288220",
            at=("-23.0302", "-46.9751"),
        ),
        {DOMESTIC_SLUDGE: ("19 08 05", "20 03 04"), INDUSTRIAL_SLUDGE: ("19 08 12",)},
    ),
    Generator(
        "Benedita Aparecida Moura",
        "28451796001",
        _place(
            "Sítio Santa Rita",
            "Estrada Municipal do Pinhal",
            "1750",
            "Pinhal",
            "Itatiba",
            "13250000",
            at=("-23.0057", "-46.8388"),
        ),
        {OTHERS: ("02 01 06",), GARDEN: ("20 02 01",)},
    ),
)
"""Those that bring the other subtypes, one of them a person."""

HAULERS: Final = (
    Hauler(
        "Transportes Rota Serena Ltda",
        "48102639000104",
        _place(
            "Garagem",
            "Avenida Lix da Cunha",
            "2801",
            "Jardim do Trevo",
            CAMPINAS,
            "13040310",
            at=("-22.9233", "-47.0741"),
        ),
        (
            Vehicle("Truck", "FKE1A23", D(7400), D(9000)),
            Vehicle("Truck", "GHB4C07", D(8120), D(12000)),
            Vehicle("Truck", "EZT9D51", D(6950), D(8000)),
        ),
        ("MOT-0117", "MOT-0142", "MOT-0203"),
    ),
    Hauler(
        "Coleta Paulistana de Orgânicos Ltda",
        "19573842000160",
        _place("Base", "Rua do Hipódromo", "388", "Brás", PAULO, "03051000", at=("-23.5442", "-46.6109")),
        (Vehicle("Truck", "DLR8H64", D(7760), D(10000)), Vehicle("Truck", "BWQ2J90", D(9210), D(14000))),
        ("C-31", "C-45"),
    ),
)

SPECIAL_FLEET: Final = (
    Vehicle("Bicycle", "CIC1A01", D(28), D(90)),
    Vehicle("Boat", "SP4410", D(900), D(1800)),
    Vehicle("Car", "FHT3072", D(1150), D(420)),
    Vehicle("Cargo Ship", "SP7025", D(18500), D(42000)),
    Vehicle("Cart", "CAR2B02", D(60), D(250)),
    Vehicle("Mini Van", "GJK5E18", D(1390), D(780)),
    Vehicle("Motorcycle", "EMD6F33", D(145), D(70)),
    Vehicle("Others", "FQA0G77", D(3300), D(5200), "Trator agrícola com carreta basculante"),
    Vehicle("Sludge Pipes", "PIP1C03", D(2600), D(11000)),
)
"""One of every other vehicle type that can pass: each has a plate, because waste-mass-is-unique asks for one of them all."""

PROCESSOR: Final = Party(
    "Central de Triagem Anhumas Ltda",
    "26849157000180",
    _place(
        "Galpão 2", "Rodovia Dom Pedro I", "1320", "Parque Imperador", CAMPINAS, "13097104", at=("-22.8406", "-47.0273")
    ),
)

WEIGHBRIDGE_YARD: Final = Recycler(
    "Composta Atibaia Compostagem Ltda",
    "34715028000127",
    _place(
        "Pátio de compostagem", "Estrada do Mirante", "870", "Sousas", CAMPINAS, "13106050", at=("-22.8712", "-46.9548")
    ),
    scale_type="Weighbridge (Truck Scale)",
    sorting_factor=D("0.025"),
    operators=("OP-07", "OP-12", "OP-15"),
    license="LO-0412/2023",
)

FLOOR_SCALE_YARD: Final = Recycler(
    "Terra Mansa Compostagem Ltda",
    "45368219000186",
    _place(
        "Pátio", "Avenida Marginal Sul", "2255", "Jardim Tarumã", "Jundiaí", "13216560", at=("-23.1934", "-46.8702")
    ),
    scale_type="Floor Scale",
    sorting_factor=D("0.04"),
    operators=("TM-1", "TM-2"),
    license="LO-1187/2024",
)

INTEGRATOR: Final = Party(
    "Rastro Orgânico Tecnologia Ltda",
    "58291734000157",
    _place("Escritório", "Avenida Paulista", "1499", "Bela Vista", PAULO, "01311200", at=("-23.5629", "-46.6544")),
)
