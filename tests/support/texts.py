"""Small documents of our own that several tests tell their stories with."""

from shared.domain.provenance import SourceDetails

FAIR_EN = """The valley's first seed fair

The first Seed Fair was held in Ganja on 4-5 May 1998. 212 guests from 14 countries took part in the fair.

On 3 March 1999 the ministry signed a decree on the establishment of the Seed Bank.
"""

FAIR_EN_OTHER = """Looking back at the fair

In May 1998 the first Seed Fair took place in Ganja. 215 guests from 14 countries took part in the fair.
"""

FAIR_AZ = """Toxum yarmarkası haqqında

1998-ci il mayın 4–5-də Gəncədə birinci toxum yarmarkası keçirildi. Yarmarkada 16 ölkədən 215 qonaq iştirak etdi.
"""

SOURCES = {
    FAIR_EN: SourceDetails(title="The seed fair", publisher="Valley Gazette (example)", published="1999-03-05", language="en"),
    FAIR_EN_OTHER: SourceDetails(title="Looking back", publisher="Hill Post (example)", published="2008-05-04", language="en"),
    FAIR_AZ: SourceDetails(title="Yarmarka", publisher="Vadi qəzeti (nümunə)", published="2001-06-01", language="az"),
}
