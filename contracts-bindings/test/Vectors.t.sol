// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Test} from "forge-std/Test.sol";

import {RewardDistributor} from "../src/RewardDistributor.sol";
import {Claim} from "../src/interfaces/IRewardDistributor.sol";
import {BatchHeader, BatchHeaders} from "../src/libraries/BatchHeaders.sol";
import {Leaves} from "../src/libraries/Leaves.sol";
import {OrderCheckpoint, OrderCheckpoints} from "../src/libraries/OrderCheckpoints.sol";
import {Domain} from "./mocks/Domain.sol";
import {RangeVerifier} from "./mocks/RangeVerifier.sol";
import {Token} from "./mocks/Tokens.sol";
import {Trees} from "./utils/Trees.sol";

/// The bytes agree with `protocol/vectors/v1.json`, which every implementation of the protocol is held to.
/// Fields are found in the file by the names in a type string, and decoded in its order.
contract VectorsTest is Test {
    string private constant HEADER = "BatchHeader(uint64 chain,bytes32 settlement,uint64 sequence,"
        "bytes32 intentsRoot,bytes32 deltasRoot,bytes32 itemsRoot,bytes blobCid,uint32 intentCount,"
        "uint32 deltaCount,uint32 itemCount,uint64 openedAt)";
    string private constant CLAIM = "Claim(bytes32 id,address account,uint256 amount,uint64 deadline)";
    string private constant SIGNED =
        "Signed(uint64 chainId,address verifyingContract,bytes32 separator,bytes32 digest)";
    string private constant DELTA =
        "DeltaVector(uint32 index,bytes32 owner,bytes32 asset,bytes32 session,int128 amount,bytes32 hash)";
    string private constant ITEM =
        "ItemVector(uint32 index,bytes32 asset,bytes32 tokenId,bytes32 from,bytes32 to,bytes32 hash)";
    string private constant INTENT = "Intent(uint32 index,bytes32 intentId,uint8 outcome,bytes32 hash)";
    string private constant CHECKPOINT =
        "OrderCheckpoint(uint64 chain,bytes32 settlement,uint64 number,bytes32 root,uint32 orderCount)";
    string private constant ORDER = "Order(uint32 index,bytes32 orderId,bytes32 hash)";
    string private constant REWARD =
        "Reward(bytes32 distribution,bytes32 account,uint128 cumulative,bytes32 hash)";
    string private constant TREE = "Tree(bytes32[] leaves,bytes32 root)";
    string private constant RANGE = "RangeVector(uint32 count,uint32 first,bytes32[] proof)";

    /// The domain in which something is signed, its separator, and the digest that comes out.
    struct Signed {
        uint64 chainId;
        address verifyingContract;
        bytes32 separator;
        bytes32 digest;
    }

    struct DeltaVector {
        uint32 index;
        bytes32 owner;
        bytes32 asset;
        bytes32 session;
        int128 amount;
        bytes32 hash;
    }

    struct ItemVector {
        uint32 index;
        bytes32 asset;
        bytes32 tokenId;
        bytes32 from;
        bytes32 to;
        bytes32 hash;
    }

    struct IntentVector {
        uint32 index;
        bytes32 intentId;
        uint8 outcome;
        bytes32 hash;
    }

    struct OrderVector {
        uint32 index;
        bytes32 orderId;
        bytes32 hash;
    }

    struct RewardVector {
        bytes32 distribution;
        bytes32 account;
        uint128 cumulative;
        bytes32 hash;
    }

    struct TreeVector {
        bytes32[] leaves;
        bytes32 root;
    }

    struct RangeVector {
        uint32 count;
        uint32 first;
        bytes32[] proof;
    }

    string private json;

    function setUp() public {
        json = vm.readFile("../protocol/vectors/v1.json");
    }

    function test_batchHeaders() public {
        BatchHeader[] memory headers = abi.decode(_parse(".batches", HEADER), (BatchHeader[]));
        Signed[] memory expected = abi.decode(_parse(".batches", SIGNED), (Signed[]));
        assertGt(headers.length, 0);
        for (uint256 i = 0; i < headers.length; i++) {
            Domain domain = Domain(expected[i].verifyingContract);
            vm.chainId(expected[i].chainId);
            deployCodeTo("Domain.sol", abi.encode("Novate Settlement"), address(domain));
            assertEq(domain.separator(), expected[i].separator);
            assertEq(BatchHeaders.digest(headers[i], domain.separator()), expected[i].digest);
        }
    }

    function test_claims() public {
        Claim[] memory claims = abi.decode(_parse(".claims", CLAIM), (Claim[]));
        Signed[] memory expected = abi.decode(_parse(".claims", SIGNED), (Signed[]));
        assertGt(claims.length, 0);
        bytes memory args = abi.encode(new Token(), address(this), address(this), address(this));
        for (uint256 i = 0; i < claims.length; i++) {
            RewardDistributor distributor = RewardDistributor(expected[i].verifyingContract);
            vm.chainId(expected[i].chainId);
            deployCodeTo("RewardDistributor.sol", args, address(distributor));
            assertEq(distributor.digestOf(claims[i]), expected[i].digest);
        }
    }

    function test_orderCheckpoints() public {
        OrderCheckpoint[] memory checkpoints =
            abi.decode(_parse(".orderCheckpoints", CHECKPOINT), (OrderCheckpoint[]));
        Signed[] memory expected = abi.decode(_parse(".orderCheckpoints", SIGNED), (Signed[]));
        assertGt(checkpoints.length, 0);
        for (uint256 i = 0; i < checkpoints.length; i++) {
            Domain domain = Domain(expected[i].verifyingContract);
            vm.chainId(expected[i].chainId);
            deployCodeTo("Domain.sol", abi.encode("Novate Orders"), address(domain));
            assertEq(domain.separator(), expected[i].separator);
            assertEq(OrderCheckpoints.digest(checkpoints[i], domain.separator()), expected[i].digest);
        }
    }

    function test_deltaLeaves() public view {
        DeltaVector[] memory vectors = abi.decode(_parse(".deltaLeaves", DELTA), (DeltaVector[]));
        assertGt(vectors.length, 0);
        for (uint256 i = 0; i < vectors.length; i++) {
            DeltaVector memory v = vectors[i];
            assertEq(Leaves.delta(v.index, v.owner, v.asset, v.session, v.amount), v.hash);
        }
    }

    function test_itemLeaves() public view {
        ItemVector[] memory vectors = abi.decode(_parse(".itemLeaves", ITEM), (ItemVector[]));
        assertGt(vectors.length, 0);
        for (uint256 i = 0; i < vectors.length; i++) {
            ItemVector memory v = vectors[i];
            assertEq(Leaves.item(v.index, v.asset, v.tokenId, v.from, v.to), v.hash);
        }
    }

    function test_intentLeaves() public view {
        IntentVector[] memory vectors = abi.decode(_parse(".intentLeaves", INTENT), (IntentVector[]));
        assertGt(vectors.length, 0);
        for (uint256 i = 0; i < vectors.length; i++) {
            IntentVector memory v = vectors[i];
            assertEq(Leaves.intent(v.index, v.intentId, v.outcome), v.hash);
        }
    }

    function test_orderLeaves() public view {
        OrderVector[] memory vectors = abi.decode(_parse(".orderLeaves", ORDER), (OrderVector[]));
        assertGt(vectors.length, 0);
        for (uint256 i = 0; i < vectors.length; i++) {
            OrderVector memory v = vectors[i];
            assertEq(Leaves.order(v.index, v.orderId), v.hash);
        }
    }

    function test_rewardLeaves() public view {
        RewardVector[] memory vectors = abi.decode(_parse(".rewardLeaves", REWARD), (RewardVector[]));
        assertGt(vectors.length, 0);
        for (uint256 i = 0; i < vectors.length; i++) {
            RewardVector memory v = vectors[i];
            assertEq(Leaves.reward(v.distribution, v.account, v.cumulative), v.hash);
        }
    }

    function test_proofs() public view {
        TreeVector[] memory trees = abi.decode(_parse(".trees", TREE), (TreeVector[]));
        assertGt(trees.length, 0);
        for (uint256 i = 0; i < trees.length; i++) {
            string memory proofs = string.concat(".trees[", vm.toString(i), "].proofs[");
            for (uint256 j = 0; j < trees[i].leaves.length; j++) {
                bytes32[] memory proof =
                    vm.parseJsonBytes32Array(json, string.concat(proofs, vm.toString(j), "]"));
                bytes32 leaf = trees[i].leaves[j];
                assertTrue(MerkleProof.verify(proof, trees[i].root, leaf));
                assertFalse(MerkleProof.verify(proof, trees[i].root, ~leaf), "another leaf");
            }
        }
    }

    function test_ranges() public {
        TreeVector[] memory trees = abi.decode(_parse(".trees", TREE), (TreeVector[]));
        RangeVerifier verifier = new RangeVerifier();
        uint256 checked = 0;
        for (uint256 i = 0; i < trees.length; i++) {
            bytes32[] memory tree = Trees.build(trees[i].leaves);
            assertEq(Trees.root(tree), trees[i].root);
            string memory key = string.concat(".trees[", vm.toString(i), "].ranges");
            RangeVector[] memory ranges = abi.decode(_parse(key, RANGE), (RangeVector[]));
            for (uint256 j = 0; j < ranges.length; j++) {
                RangeVector memory v = ranges[j];
                assertEq(Trees.rangeProof(tree, v.first, v.count), v.proof, "what tests prove with");
                verifier.check(trees[i].root, trees[i].leaves, v.first, v.count, v.proof);
                checked++;
            }
        }
        assertGt(checked, 0);
    }

    function _parse(string memory key, string memory typeDescription) private view returns (bytes memory) {
        return vm.parseJsonTypeArray(json, key, typeDescription);
    }
}
