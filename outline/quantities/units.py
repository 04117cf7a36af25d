"""The units of prescriptions, laboratories, advice, devices and prices, by subject, as web texts spell them."""

from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit's name in the normal form, and what converts it: its family and how many base units it is.

    A `soft` unit may go without saying, as that of a temperature or a blood pressure does; a `form` ("tablet") counts
    things, and a bare number may stand for it.
    """

    name: str
    family: str = ""
    size: Decimal = Decimal(1)
    soft: bool = False
    form: bool = False


# Family → unit → (how many base units it is, spellings). Units of one family are converted.
FAMILIES = {
    "mass": {
        "kg": ("1000000", "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
        "g": ("1000", "g gm gms gr gram grams gramme grammes"),
        "mg": ("1", "mg mgs mgm mgms milligram milligrams milligramme milligrammes"),
        "mcg": ("0.001", "mcg mcgs ug µg μg mcgm microgram micrograms microgramme microgrammes"),
        "ng": ("0.000001", "ng nanogram nanograms"),
        "pg": ("0.000000001", "pg picogram picograms"),
    },
    "weight": {
        "pound": ("16", "pound pounds lb lbs"),
        "ounce": ("1", "ounce ounces oz ozs"),
    },
    "volume": {
        "l": ("1000", "l ltr ltrs lt lts litre litres liter liters"),
        "dl": ("100", "dl decilitre deciliter"),
        "tablespoon": ("15", "tablespoon tablespoons tablespoonful tablespoonfuls tbsp tbsps tbs"),
        "dessertspoon": ("10", "dessertspoon dessertspoons dessertspoonful"),
        "teaspoon": ("5", "teaspoon teaspoons teaspoonful teaspoonfuls tsp tsps tsf tsfs"),
        "ml": ("1", "ml mls cc ccs cm3 millilitre millilitres milliliter milliliters"),
        "µl": ("0.001", "µl μl ul microlitre microlitres microliter microliters mm3 cumm"),
        "fl": ("0.000000000001", "fl femtolitre femtoliter"),
    },
    "fluid": {"gallon": ("8", "gallon gallons"), "quart": ("2", "quart quarts"), "pint": ("1", "pint pints")},
    "length": {
        "km": ("1000000", "km kms kilometre kilometres kilometer kilometers"),
        "metre": ("1000", "m mtr mtrs metre metres meter meters"),
        "cm": ("10", "cm cms centimetre centimetres centimeter centimeters"),
        "mm": ("1", "mm millimetre millimetres millimeter millimeters"),
        "micron": ("0.001", "micron microns micrometre micrometres micrometer micrometers µm μm"),
        "nm": ("0.000001", "nm nanometre nanometres nanometer nanometers"),
    },
    "distance": {
        "mile": ("63360", "mile miles"),
        "yard": ("36", "yard yards"),
        "foot": ("12", "foot feet ft"),
        "inch": ("1", "inch inches"),
    },
    "area": {"m2": ("10000", "m2 m² sqm"), "cm2": ("1", "cm2 cm² sqcm"), "mm2": ("0.01", "mm2 mm²")},
    "time": {
        "week": ("604800", "week weeks wk wks"),
        "day": ("86400", "day days d dys"),
        "hour": ("3600", "hour hours hr hrs h"),
        "minute": ("60", "minute minutes min mins"),
        "second": ("1", "seconds sec secs s"),
        "millisecond": ("0.001", "millisecond milliseconds ms msec"),
        "fortnight": ("1209600", "fortnight fortnights"),
    },
    "calendar": {
        "decade": ("120", "decade decades"),
        "year": ("12", "year years yr yrs yo y"),
        "month": ("1", "month months mth mths mnth mnths mo mos"),
    },
    "activity": {
        "iu": ("1", "iu ius units unit u"),
        "miu": ("0.001", "miu"),
        "µiu": ("0.000001", "uiu µiu μiu"),
    },
    "substance": {
        "mol": ("1000", "mol mols"),
        "mmol": ("1", "mmol mmols millimole millimoles"),
        "µmol": ("0.001", "umol µmol μmol micromol micromole micromoles"),
        "nmol": ("0.000001", "nmol nanomole nanomoles"),
        "pmol": ("0.000000001", "pmol picomole picomoles"),
    },
    "charge": {"meq": ("1", "meq meqs milliequivalent milliequivalents")},
    "energy": {"kcal": ("1", "kcal kcals calorie calories cal cals kilocalorie kilocalories")},
    "radiation": {"gy": ("1000", "gy"), "mgy": ("1", "mgy"), "cgy": ("10", "cgy")},
    "dose equivalent": {"sv": ("1000", "sv sievert"), "msv": ("1", "msv millisievert millisieverts")},
    "data": {
        "tb": ("1000000000", "terabyte terabytes"),
        "gb": ("1000000", "gb gbs gigabyte gigabytes gig gigs"),
        "mb": ("1000", "mb mbs megabyte megabytes meg megs"),
        "kb": ("1", "kb kbs kilobyte kilobytes"),
        "gib": ("1073741.824", "gib gibibyte gibibytes"),
        "mib": ("1048.576", "mib mebibyte mebibytes"),
        "kib": ("1.024", "kib kibibyte kibibytes"),
    },
    "data rate": {"gbps": ("1000000", "gbps gbit"), "mbps": ("1000", "mbps mbit"), "kbps": ("1", "kbps kbit")},
    "frequency": {
        "ghz": ("1000000000", "ghz gigahertz"),
        "mhz": ("1000000", "mhz megahertz"),
        "khz": ("1000", "khz kilohertz"),
        "hz": ("1", "hz hertz"),
    },
    "power": {"kw": ("1000", "kw kilowatt kilowatts"), "watt": ("1", "watt watts")},
    "voltage": {
        "kv": ("1000000", "kv kilovolt"),
        "volt": ("1000", "volt volts"),
        "mv": ("1", "millivolt millivolts"),
    },
}
_ALONE = (
    "%:% percent pct",
    "kj:kj kilojoule kilojoules",
    "kpa:kpa",
    "cmh2o:cmh2o",
    "dioptre:dioptre dioptres diopter diopters",
    "db:db decibel decibels",
    "french:fr french",
    "gauge:gauge",
    "dollar:dollar dollars usd $",
    "euro:euro euros eur €",
    "sterling:sterling gbp quid £",
    "rupee:rupee rupees rs inr ₹",
    "mosm:mosm",
    "kwh:kwh",
    "mah:mah",
    "milliamp:milliamp milliamps milliampere milliamperes",
    "mph:mph",
    "psi:psi",
    "pixel:pixel pixels px",
    "megapixel:megapixel megapixels",
    "dpi:dpi",
    "fps:fps",
)
_SOFT = (
    "°c:°c celsius centigrade",
    "°f:°f fahrenheit farenheit",
    "degree:degree degrees deg degs °",
    "mmhg:mmhg",
    "/min:bpm beats beat breaths breath rpm",
)
# What a person takes one by one.
_FORMS = (
    "tablet:tablet tablets tab tabs caplet caplets",
    "capsule:capsule capsules cap caps",
    "pill:pill pills",
    "drop:drop drops gtt gtts",
    "puff:puff puffs spray sprays inhalation inhalations actuation actuations squirt squirts",
    "pump:pump pumps",
    "sachet:sachet sachets packet packets pouch pouches",
    "patch:patch patches",
    "injection:injection injections shot shots jab jabs inj",
    "ampoule:ampoule ampoules ampule ampules amp amps vial vials",
    "lozenge:lozenge lozenges",
    "suppository:suppository suppositories pessary pessaries ovule ovules",
    "enema:enema enemas",
    "scoop:scoop scoops",
    "spoon:spoon spoons spoonful spoonfuls",
    "glass:glass glasses cup cups mug mugs",
    "dose:dose doses",
    "time:time times",
    "night:night nights",
)

UNITS: dict[str, Unit] = {}
"""Spelling → unit."""
for _family, _units in FAMILIES.items():
    for _name, (_size, _spellings) in _units.items():
        UNITS.update({spelling: Unit(_name, _family, Decimal(_size)) for spelling in _spellings.split()})
for _lines, _soft, _form in ((_ALONE, False, False), (_SOFT, True, False), (_FORMS, False, True)):
    for _line in _lines:
        _name, _, _spellings = _line.partition(":")
        UNITS.update({word: Unit(_name, soft=_soft, form=_form) for word in _spellings.split()})

# What an autocorrection makes of a unit behind digits: "500 my" is 500 mg or 500 ml, "25 mug" is 25 mcg.
GARBLED = {"my": (UNITS["mg"], UNITS["ml"]), "mug": (UNITS["mcg"],)}
