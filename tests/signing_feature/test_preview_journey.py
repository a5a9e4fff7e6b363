"""What leader and clerk are shown before they act is what stands there afterwards."""

from adapters import pdf
from services.outgoing import preview, queries
from tests.signing_feature.test_several_leaders import approve, waiting


def shown(journey, actor, document_id: int):
    doc = queries.for_preview(journey.office, actor, document_id)
    return preview.of_document(journey.office, doc)


def test_leader_and_clerk_see_beforehand_the_very_page_that_is_issued(journey):
    doc = journey.submitted()
    leaders, seen = shown(journey, journey.leader, doc.id)
    assert (seen.number, seen.missing, seen.fair) == ("01", (), True)
    journey.approve(doc)
    journey.work()
    clerks, _ = shown(journey, journey.clerk, doc.id)
    journey.issue(journey.now(doc.id))
    journey.work()
    issued = journey.office.files.read(journey.now(doc.id).issued_sha256)
    for number in seen.pages:
        after = pdf.page_image(issued, number - 1).webp
        assert preview.page(leaders, number) == after
        assert preview.page(clerks, number) == after


def test_of_several_leaders_each_is_shown_where_they_will_sign(journey):
    doc, deputy = waiting(journey)
    before, seen = shown(journey, journey.leader, doc.id)
    assert seen.missing == ()
    doc = approve(journey, journey.leader, doc)
    halfway, _ = shown(journey, deputy, doc.id)
    journey.issue(approve(journey, deputy, doc))
    journey.work()
    issued = journey.office.files.read(journey.now(doc.id).issued_sha256)
    for number in seen.pages:
        after = pdf.page_image(issued, number - 1).webp
        assert preview.page(before, number) == after == preview.page(halfway, number)
