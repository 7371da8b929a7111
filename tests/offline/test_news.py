"""What is new in a list is what a comparison of all of it would find."""

from hypothesis import given
from hypothesis import strategies as st

from tutor.offline.news import News
from tutor.offline.objects import Obj

OBJECTS: list[Obj] = [{} for _ in range(12)]
LISTS = st.lists(st.sampled_from(range(12)), unique=True).map(
    lambda found: [OBJECTS[index] for index in found]
)


@given(st.lists(LISTS, max_size=6))
def test_news_are_the_objects_that_were_not_there(lists: list[list[Obj]]) -> None:
    news, before = News(), list[Obj]()
    for now in lists:
        gone, new = news.of(now)
        old_ids, new_ids = {id(obj) for obj in before}, {id(obj) for obj in now}
        assert [id(obj) for obj in new] == [id(obj) for obj in now if id(obj) not in old_ids]
        assert [id(obj) for obj in gone] == [id(obj) for obj in before if id(obj) not in new_ids]
        before = now
