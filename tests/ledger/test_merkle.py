"""The Merkle tree against the published vectors of Certificate Transparency, against RFC 6962's own recursive
definition, and against changed proofs."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haemaru.ledger.merkle import (
    EMPTY_ROOT,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    split,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves, the roots of their first n, and the proofs of the Certificate Transparency reference tests.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
N01 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N03 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
L2 = "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
INCLUSION = [(0, 8, [L1, N23, N47]), (5, 8, [L4, N67, N03]), (2, 3, [N01]), (1, 5, [ROOTS[1], N23, L4])]
CONSISTENCY = [(1, 1, []), (1, 8, [L1, N23, N47]), (6, 8, [N45, N67, N03]), (2, 5, [N23, L4])]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]


def subtree(leaves: list[bytes], start: int, end: int) -> bytes:
    """MTH of RFC 6962, 2.1, written as the RFC writes it."""
    size = end - start
    if size == 0:
        return hashlib.sha256(b"").digest()
    if size == 1:
        return leaves[start]
    middle = start + split(size)
    return node_hash(subtree(leaves, start, middle), subtree(leaves, middle, end))


def proof_of_inclusion(index: int, size: int, leaves: list[bytes]) -> list[bytes]:
    return inclusion_proof(index, size, lambda start, end: subtree(leaves, start, end))


def proof_of_consistency(old: int, new: int, leaves: list[bytes]) -> list[bytes]:
    return consistency_proof(old, new, lambda start, end: subtree(leaves, start, end))


def numbered(count: int) -> list[bytes]:
    return [leaf_hash(bytes([number % 256, number // 256])) for number in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]
    assert EMPTY_ROOT.hex() == ROOTS[0]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, proof: list[str]) -> None:
    made = proof_of_inclusion(index, size, LEAVES)

    assert [step.hex() for step in made] == proof
    assert verify_inclusion(LEAVES[index], index, size, made, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, new: int, proof: list[str]) -> None:
    made = proof_of_consistency(old, new, LEAVES)

    assert [step.hex() for step in made] == proof
    assert verify_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), made)


def test_every_proof_of_every_small_tree_holds() -> None:
    leaves = numbered(33)
    roots = [root_of(leaves[:size]) for size in range(34)]
    for size in range(1, 34):
        assert roots[size] == subtree(leaves, 0, size)
        for index in range(size):
            proof = proof_of_inclusion(index, size, leaves)
            assert verify_inclusion(leaves[index], index, size, proof, roots[size])
        for old in range(size + 1):
            assert verify_consistency(old, size, roots[old], roots[size], proof_of_consistency(old, size, leaves))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_inclusion_proof_does_not_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    root, proof = root_of(leaves), proof_of_inclusion(index, size, leaves)
    at = data.draw(st.integers(0, len(proof) - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda value: value != index))

    changed = [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]]

    assert not verify_inclusion(leaves[index], index, size, changed, root)
    assert not verify_inclusion(leaves[index], other, size, proof, root)
    assert not verify_inclusion(leaves[other], index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, proof[:-1], root)
    assert not verify_inclusion(leaves[index], index, size, [*proof, proof[0]], root)
    assert not verify_inclusion(leaves[index], size, size, proof, root)
    assert not verify_inclusion(leaves[index], -1, size, proof, root)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_rewritten_history_is_never_consistent(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new - 1))
    rewritten_at = data.draw(st.integers(0, old - 1))
    leaves = numbered(new)
    forged = [*leaves[:rewritten_at], leaf_hash(b"another story"), *leaves[rewritten_at + 1 :]]

    held, proof = root_of(leaves[:old]), proof_of_consistency(old, new, forged)

    assert not verify_consistency(old, new, held, root_of(forged), proof)
    assert not verify_consistency(old, new, held, root_of(leaves), [*proof_of_consistency(old, new, leaves), held])
    assert not verify_consistency(new, old, root_of(leaves), held, proof_of_consistency(old, new, leaves))


def test_equal_and_empty_trees_need_no_proof_and_take_none() -> None:
    root = root_of(LEAVES)

    assert verify_consistency(8, 8, root, root, [])
    assert not verify_consistency(8, 8, root, EMPTY_ROOT, [])
    assert not verify_consistency(8, 8, root, root, [root])
    assert verify_consistency(0, 8, EMPTY_ROOT, root, [])
    assert not verify_consistency(0, 8, root, root, [])
    assert not verify_consistency(-1, 8, root, root, [])
    assert not verify_consistency(3, 8, root, root, [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        proof_of_inclusion(index, size, LEAVES)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3)])
def test_a_longer_tree_is_no_beginning(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        proof_of_consistency(old, new, LEAVES)


def test_a_tree_continues_from_its_frontier() -> None:
    tree = Tree()
    for leaf in LEAVES[:5]:
        tree.append(leaf)

    again = Tree(tree.size, tree.peaks)
    branch = tree.copy()
    for leaf in LEAVES[5:]:
        again.append(leaf)
    branch.append(leaf_hash(b"another"))

    assert again.root().hex() == ROOTS[8]
    assert tree.root().hex() == ROOTS[5]
    with pytest.raises(ValueError, match="complete subtrees"):
        Tree(5, [])
