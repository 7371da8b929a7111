"""Which names say that a cluster matters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.cluster.production import sounding

_SAY_SO = """
prod prd production PRD live stg stage staging uat k8s-prod-1 prodeks eks_prod myprod
ＰＲＯＤ ｐｒｄ
prod1 1prod ekslive live-eks shop-live stg1 stgeks mystg eks.stg stage2 mystage preprod
pre-production PreProd nonprod produktion produccion producción produção 本番 本番環境 shop-本番
商用クラスタ ステージング ｽﾃｰｼﾞﾝｸﾞ 検証環境 生产 kind-prod minikube-stg k3d-live
MyLiveCluster kubeLIVE prod_db
k8sprod livecluster 프로덕션 acmeprod prd2 e2e-stg-cluster stg-postgres
arn:aws:eks:ap-northeast-1:1:cluster/prod admin@stage
"""
_SAY_NOTHING = """
product-catalog products productivity alive delivery reproduce reproduction producer prodigy
kind-kind minikube olive oliver backstage multistage postgres postgresql testgrid lastgood liveness
livekit livestream relive stagehand nostalgia k3d-dev dev test local sandbox graduate equator podman
docker-desktop rancher-desktop colima orbstack microk8s default sts-tutor byproduct hostgroup 学習用
"""


@pytest.mark.parametrize("name", _SAY_SO.split())
def test_names_that_say_production(name: str) -> None:
    assert sounding(["kind-kind", name]) == name


@pytest.mark.parametrize("name", _SAY_NOTHING.split())
def test_names_that_only_have_its_letters(name: str) -> None:
    assert sounding([name]) == ""


def test_what_nobody_sees_hides_nothing() -> None:
    assert sounding(["pro\u200bd"])
    assert sounding(["p\u0301rod"])


@given(
    st.sampled_from(["prod", "prd", "live", "stg", "stage", "staging", "本番", "商用"]),
    st.sampled_from(["-", "_", ".", "/", ":", "@", " ", "・"]),
    st.sampled_from(["kind", "eks", "shop", "1", "東京"]),
    st.booleans(),
    st.booleans(),
)
def test_a_word_of_its_own_is_heard_however_it_is_written(
    word: str, between: str, beside: str, first: bool, upper: bool
) -> None:
    name = between.join([word, beside] if first else [beside, word])
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in name)
    for one in (name, wide):
        assert sounding([one.upper() if upper else one])
