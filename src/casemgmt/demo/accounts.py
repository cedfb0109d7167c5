"""The bodies and accounts of the demo. All are invented."""

from base64 import b64encode
from dataclasses import dataclass
from uuid import UUID, uuid5

from casemgmt.access.roles import ROLES

DEMO_PASSWORD = "demo-password-111"  # noqa: S105 - printed by `make run`; refused outside demo mode
DEMO_FACTOR_KEY = "DEMO3DEMO3DEMO3DEMO3DEMO3DEMO3DE"
"""Key of every authenticator of the demo, in base 32; refused outside demo mode with the secret that seals it."""
DEMO_SOURCE = "sandbox-111"
"""A source of contacts to try the contract of the contact centre with; it acts as `qr.111`."""
DEMO_SIGNING_SECRET = "whsec_" + b64encode(b"demo-only signing secret of the sandbox source!!").decode()
"""By which it signs; refused outside demo mode with the secret that seals it."""
_NAMESPACE = UUID("6d1f0b0a-0111-7000-8000-0000000000ff")


def demo_id(name: str) -> UUID:
    """Return the fixed id of something in the demo."""
    return uuid5(_NAMESPACE, name)


@dataclass(frozen=True)
class DemoBody:
    """An invented body."""

    key: str
    kind: str
    names: tuple[str, str, str]
    """Kazakh, Russian, English."""
    region_code: str | None = None
    sector: str | None = None


@dataclass(frozen=True)
class DemoAccount:
    """An invented account and the work it does."""

    username: str
    names: tuple[str, str, str | None]
    """Family name, given name, patronymic."""
    body: str
    roles: tuple[str, ...]
    sector: str | None = None
    group_lead: bool | None = None
    """Membership of the mobile group of the body's region: lead, member, or none."""
    kind: str = "person"

    @property
    def needs_code(self) -> bool:
        """Whether a role of the account is never held by a password alone."""
        return any(ROLES[role].needs_second_factor for role in self.roles)


BODIES = (
    DemoBody("kc111", "contact_centre_111", ("111 байланыс орталығы", "Контакт-центр 111", "Contact centre 111")),
    DemoBody(
        "committee",
        "child_rights_department",
        (
            "Балалардың құқықтарын қорғау комитеті",
            "Комитет по охране прав детей",
            "Committee for Children's Rights",
        ),
    ),
    DemoBody(
        "crd_almaty",
        "child_rights_department",
        (
            "Алматы қ. балалар құқықтары басқармасы",
            "Управление по правам детей г. Алматы",
            "Child-rights department, Almaty",
        ),
        "KZ-75",
        "education",
    ),
    DemoBody(
        "cps_almaty",
        "family_support_centre",
        (
            "«Алатау» отбасын қолдау орталығы",
            "Центр поддержки семьи «Алатау»",
            "Family support centre Alatau",
        ),
        "KZ-75",
        "social_protection",
    ),
    DemoBody(
        "guardianship_almaty",
        "guardianship_body",
        ("Алматы қ. қорғаншылық органы", "Орган опеки г. Алматы", "Guardianship body, Almaty"),
        "KZ-75",
        "guardianship",
    ),
    DemoBody(
        "school_almaty",
        "college",
        ("Алматы қ. № 11 колледж", "Колледж № 11 г. Алматы", "College 11, Almaty"),
        "KZ-75",
        "education",
    ),
    DemoBody(
        "crd_astana",
        "child_rights_department",
        (
            "Астана қ. балалар құқықтары басқармасы",
            "Управление по правам детей г. Астаны",
            "Child-rights department, Astana",
        ),
        "KZ-71",
        "education",
    ),
    DemoBody(
        "cps_astana",
        "family_support_centre",
        ("«Есіл» отбасын қолдау орталығы", "Центр поддержки семьи «Есіл»", "Family support centre Esil"),
        "KZ-71",
        "social_protection",
    ),
)

ACCOUNTS = (
    DemoAccount("operator.111", ("Сейітова", "Динара", None), "kc111", ("contact_centre_operator",)),
    DemoAccount("supervisor.111", ("Баймұратов", "Серік", None), "kc111", ("supervisor",)),
    DemoAccount("qr.111", ("QR-111", "система", None), "kc111", ("integration",), kind="service"),
    DemoAccount("duty.almaty", ("Ахметов", "Ерлан", "Серікұлы"), "crd_almaty", ("duty_officer",), "education"),
    DemoAccount("duty2.almaty", ("Ким", "Виктория", "Олеговна"), "crd_almaty", ("duty_officer",), "education"),
    DemoAccount("manager.almaty", ("Жұмабаева", "Айгүл", "Маратқызы"), "crd_almaty", ("case_manager",), "education"),
    DemoAccount("manager2.almaty", ("Петрова", "Ольга", "Ивановна"), "crd_almaty", ("case_manager",), "education"),
    DemoAccount("supervisor.almaty", ("Оспанов", "Нұрлан", "Қайратұлы"), "crd_almaty", ("supervisor",), "education"),
    DemoAccount(
        "lead.almaty",
        ("Тілеуов", "Дәурен", None),
        "cps_almaty",
        ("mobile_group_lead",),
        "social_protection",
        group_lead=True,
    ),
    DemoAccount(
        "police.almaty",
        ("Сергеев", "Андрей", None),
        "cps_almaty",
        ("mobile_group_member",),
        "internal_affairs",
        group_lead=False,
    ),
    DemoAccount(
        "nurse.almaty",
        ("Әлиева", "Сәуле", None),
        "cps_almaty",
        ("mobile_group_member",),
        "health",
        group_lead=False,
    ),
    DemoAccount(
        "teacher.almaty",
        ("Юсупова", "Гүлнар", None),
        "cps_almaty",
        ("mobile_group_member",),
        "education",
        group_lead=False,
    ),
    DemoAccount("head.almaty", ("Бекова", "Сәния", "Нұрқызы"), "cps_almaty", ("centre_head",), "social_protection"),
    DemoAccount(
        "psychologist.almaty",
        ("Ибраева", "Мәдина", None),
        "cps_almaty",
        ("centre_specialist",),
        "social_protection",
    ),
    DemoAccount(
        "lawyer.almaty",
        ("Нұғманов", "Арман", None),
        "cps_almaty",
        ("centre_specialist",),
        "social_protection",
    ),
    DemoAccount(
        "guardian.almaty",
        ("Смагулова", "Жанар", None),
        "guardianship_almaty",
        ("guardianship_officer",),
        "guardianship",
    ),
    DemoAccount(
        "school.almaty", ("Жанұзақова", "Камила", None), "school_almaty", ("school_psychologist",), "education"
    ),
    DemoAccount("benefits.almaty", ("Цой", "Марина", None), "cps_almaty", ("benefits_officer",), "social_protection"),
    DemoAccount(
        "benefits2.almaty", ("Есенова", "Райхан", None), "cps_almaty", ("benefits_officer",), "social_protection"
    ),
    DemoAccount("duty.astana", ("Қасымов", "Бауыржан", None), "crd_astana", ("duty_officer",), "education"),
    DemoAccount("manager.astana", ("Рахимова", "Ләззат", None), "crd_astana", ("case_manager",), "education"),
    DemoAccount("benefits.astana", ("Вебер", "Анна", None), "cps_astana", ("benefits_officer",), "social_protection"),
    DemoAccount("supervisor.astana", ("Ли", "Сергей", None), "crd_astana", ("supervisor",), "education"),
    DemoAccount(
        "lead.astana",
        ("Мұсаев", "Олжас", None),
        "cps_astana",
        ("mobile_group_lead",),
        "social_protection",
        group_lead=True,
    ),
    DemoAccount("board.almaty", ("Экран", "Кезекші бөлме", None), "crd_almaty", ("display",), "education"),
    DemoAccount("board.111", ("Экран", "111", None), "kc111", ("display",)),
    DemoAccount("oversight", ("Абдрахманов", "Тимур", None), "committee", ("oversight_reader",)),
    DemoAccount("auditor", ("Воронцова", "Елена", None), "committee", ("auditor",)),
    DemoAccount("records", ("Мырзахметова", "Алма", None), "committee", ("records_officer",)),
    DemoAccount("research", ("Тулегенов", "Арыстан", None), "committee", ("research_officer",)),
    DemoAccount("subjects", ("Қалиева", "Шолпан", None), "committee", ("subject_officer",)),
    DemoAccount("subjects2", ("Ткаченко", "Игорь", None), "committee", ("subject_officer",)),
    DemoAccount("records2", ("Егорова", "Нина", None), "committee", ("records_officer",)),
    DemoAccount("analyst", ("Сүлейменова", "Әсел", None), "committee", ("policy_analyst",)),
    DemoAccount("admin", ("Хасанов", "Рустам", None), "committee", ("administrator",)),
    DemoAccount("admin2", ("Бектұрова", "Гүлзада", None), "committee", ("administrator",)),
)

PLATES = tuple(
    (f"SIM-{number:03}-1", f"№ {number % 30 + 1} мектеп, {town}", region, kato, body)
    for numbers, town, region, kato, body in (
        (range(30), "Алматы", "KZ-75", "750000000", "crd_almaty"),
        (range(30, 60), "Астана", "KZ-71", "710000000", "crd_astana"),
    )
    for number in numbers
)
"""QR plates of invented schools, those from which the simulator's classes write: code, place, region, KATO, body on
duty."""

ROOMS = (
    ("cps_almaty", "Бөлме 1 / Кабинет 1", 4),
    ("cps_almaty", "Топ бөлмесі / Групповая", 12),
    ("cps_astana", "Кабинет 1", 4),
)
