// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {DistributionVault} from "./DistributionVault.sol";
import {Guarded} from "./Guarded.sol";
import {
    Claim,
    Distribution,
    IRewardDistributor,
    MerkleClaim,
    SignedClaim
} from "./interfaces/IRewardDistributor.sol";
import {Leaves} from "./libraries/Leaves.sol";

/// @title RewardDistributor
/// @notice See `IRewardDistributor`.
/// @dev Deadlines are days away, and a validator can shift the time by seconds.
contract RewardDistributor is IRewardDistributor, Guarded, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    bytes32 private constant CLAIM_TYPEHASH =
        keccak256("Claim(bytes32 id,address account,uint256 amount,uint64 deadline)");

    /// What accounts have at least to claim, from a promise and from the end of a pause.
    uint256 private constant MIN_CLAIM_TIME = 1 days;

    /// How far away a deadline may be: with one that never comes, what nobody claims would be lost.
    uint256 private constant MAX_LIFETIME = 10 * 365 days;

    /// @inheritdoc IRewardDistributor
    address public immutable token;

    /// With a distribution's id this gives the address of its vault.
    bytes32 private immutable VAULT_CODE_HASH;

    /// @inheritdoc IRewardDistributor
    address public signer;

    /// Unix seconds at which the last pause ended.
    uint64 private resumedAt;

    /// @inheritdoc IRewardDistributor
    mapping(bytes32 id => bool) public isClaimed;

    /// @inheritdoc IRewardDistributor
    mapping(bytes32 distribution => mapping(address account => uint256)) public claimed;

    mapping(bytes32 id => Distribution) private distributions;

    constructor(address rewardToken, address initialOwner, address initialGuardian, address initialSigner)
        Guarded(initialOwner, initialGuardian)
        EIP712("Novate Rewards", "1")
    {
        if (rewardToken.code.length == 0) revert InvalidToken(rewardToken);
        token = rewardToken;
        VAULT_CODE_HASH =
            keccak256(abi.encodePacked(type(DistributionVault).creationCode, abi.encode(rewardToken)));
        _setSigner(initialSigner);
    }

    /// @inheritdoc IRewardDistributor
    function claim(Claim calldata voucher, bytes calldata signature) external whenNotPaused {
        if (isClaimed[voucher.id]) revert AlreadyClaimed(voucher.id);
        _claim(voucher, signature);
    }

    /// @inheritdoc IRewardDistributor
    function claimMerkle(bytes32 distribution, address account, uint128 cumulative, bytes32[] calldata proof)
        external
        whenNotPaused
        returns (uint256 due)
    {
        due = _claimMerkle(distribution, account, cumulative, proof);
        if (due == 0) {
            revert NothingDue(distribution, account, cumulative, claimed[distribution][account]);
        }
    }

    /// @inheritdoc IRewardDistributor
    function claimBatch(MerkleClaim[] calldata rewards, SignedClaim[] calldata vouchers)
        external
        whenNotPaused
    {
        for (uint256 i = 0; i < rewards.length; i++) {
            MerkleClaim calldata reward = rewards[i];
            _claimMerkle(reward.distribution, reward.account, reward.cumulative, reward.proof);
        }
        for (uint256 i = 0; i < vouchers.length; i++) {
            if (isClaimed[vouchers[i].claim.id]) continue;
            _claim(vouchers[i].claim, vouchers[i].signature);
        }
    }

    /// @inheritdoc IRewardDistributor
    function createDistribution(bytes32 salt, address publisher, uint64 deadline)
        external
        onlyOwner
        returns (bytes32 distribution)
    {
        if (publisher == address(0)) revert InvalidPublisher(publisher);
        uint256 earliest = block.timestamp + MIN_CLAIM_TIME;
        if (deadline < earliest) revert DeadlineTooSoon(deadline, earliest);
        _notTooFar(deadline);
        distribution = distributionId(salt);
        Distribution storage d = distributions[distribution];
        if (d.deadline != 0) revert DistributionExists(distribution);

        d.publisher = publisher;
        d.deadline = deadline;
        address vault = address(new DistributionVault{salt: distribution}(IERC20(token)));
        emit DistributionCreated(distribution, publisher, salt, vault, deadline);
    }

    /// @inheritdoc IRewardDistributor
    function fund(bytes32 distribution, uint256 amount) external nonReentrant returns (uint256 credited) {
        Distribution storage d = _beforeLastDay(distribution);

        address vault = vaultOf(distribution);
        uint256 before = IERC20(token).balanceOf(vault);
        IERC20(token).safeTransferFrom(msg.sender, vault, amount);
        uint256 afterwards = IERC20(token).balanceOf(vault);
        if (afterwards <= before) revert NothingReceived(distribution, amount);
        credited = afterwards - before;

        uint256 funded = d.funded += credited;
        emit DistributionFunded(distribution, msg.sender, credited, funded);
    }

    /// @inheritdoc IRewardDistributor
    function publishRoot(bytes32 distribution, bytes32 root, uint256 total, uint32 epoch) external {
        Distribution storage d = _beforeLastDay(distribution);
        if (msg.sender != d.publisher) revert NotPublisher(distribution, msg.sender);
        if (root == 0) revert EmptyRoot(distribution);
        if (total == 0) revert EmptyTotal(distribution);
        if (epoch != d.epoch + 1) revert WrongEpoch(distribution, epoch, d.epoch + 1);
        if (total < d.total) revert TotalFell(distribution, total, d.total);
        if (total > d.funded) revert NotFunded(distribution, total, d.funded);

        (d.root, d.total, d.epoch) = (root, total, epoch);
        emit RootPublished(distribution, epoch, root, total);
    }

    /// @inheritdoc IRewardDistributor
    function setPublisher(bytes32 distribution, address newPublisher) external onlyOwner {
        Distribution storage d = _beforeDeadline(distribution);
        if (newPublisher == address(0)) revert InvalidPublisher(newPublisher);
        emit PublisherChanged(distribution, d.publisher, newPublisher);
        d.publisher = newPublisher;
    }

    /// @inheritdoc IRewardDistributor
    function extendDeadline(bytes32 distribution, uint64 newDeadline) external onlyOwner {
        Distribution storage d = _beforeDeadline(distribution);
        uint64 previous = d.deadline;
        if (newDeadline <= previous) revert DeadlineTooSoon(newDeadline, uint256(previous) + 1);
        _notTooFar(newDeadline);
        d.deadline = newDeadline;
        emit DeadlineExtended(distribution, previous, newDeadline);
    }

    /// @inheritdoc IRewardDistributor
    function clawback(bytes32 distribution, address to)
        external
        onlyOwner
        whenNotPaused
        returns (uint256 amount)
    {
        if (to == address(0)) revert InvalidRecipient(to);
        uint256 from = clawbackFrom(distribution);
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp < from) revert NotEnded(distribution, from, block.timestamp);
        address vault = vaultOf(distribution);
        amount = IERC20(token).balanceOf(vault);
        if (amount == 0) revert NothingToClawBack(distribution);

        delete distributions[distribution].root;
        emit ClawedBack(distribution, to, amount);
        IERC20(token).safeTransferFrom(vault, to, amount);
    }

    /// @inheritdoc IRewardDistributor
    function setSigner(address newSigner) external onlyOwner {
        _setSigner(newSigner);
    }

    /// @inheritdoc IRewardDistributor
    function defund(address to, uint256 amount) external onlyOwner {
        if (to == address(0)) revert InvalidRecipient(to);
        emit Defunded(to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IRewardDistributor
    function distributionOf(bytes32 distribution) external view returns (Distribution memory) {
        return distributions[distribution];
    }

    /// @inheritdoc IRewardDistributor
    function distributionId(bytes32 salt) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), salt));
    }

    /// @inheritdoc IRewardDistributor
    function vaultOf(bytes32 distribution) public view returns (address) {
        return Create2.computeAddress(distribution, VAULT_CODE_HASH);
    }

    /// @inheritdoc IRewardDistributor
    function clawbackFrom(bytes32 distribution) public view returns (uint256) {
        uint256 deadline = distributions[distribution].deadline;
        if (deadline == 0) revert UnknownDistribution(distribution);
        return Math.max(deadline, resumedAt + MIN_CLAIM_TIME);
    }

    /// @inheritdoc IRewardDistributor
    function digestOf(Claim calldata voucher) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(CLAIM_TYPEHASH, voucher.id, voucher.account, voucher.amount, voucher.deadline)
            )
        );
    }

    /// Pays a voucher of which the caller knows that it has not been paid.
    function _claim(Claim calldata voucher, bytes calldata signature) private {
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > voucher.deadline) {
            revert Expired(voucher.id, voucher.deadline, block.timestamp);
        }
        bytes32 digest = digestOf(voucher);
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)) {
            revert InvalidSignature(voucher.id, digest, signer);
        }

        // Marked before the transfer: a token that calls back finds the claim used.
        isClaimed[voucher.id] = true;
        emit Claimed(voucher.id, voucher.account, voucher.amount);
        IERC20(token).safeTransfer(voucher.account, voucher.amount);
    }

    /// Pays what is due, and returns how much that is: zero is no error here.
    function _claimMerkle(bytes32 distribution, address account, uint128 cumulative, bytes32[] calldata proof)
        private
        returns (uint256 due)
    {
        bytes32 leaf = Leaves.reward(distribution, bytes32(uint256(uint160(account))), cumulative);
        bytes32 root = distributions[distribution].root;
        if (_rootOf(leaf, proof) != root) revert NotInRoot(distribution, root, leaf);
        uint256 before = claimed[distribution][account];
        if (cumulative <= before) return 0;

        // Counted before the transfer: a token that calls back finds nothing due.
        due = cumulative - before;
        claimed[distribution][account] = cumulative;
        emit MerkleClaimed(distribution, account, due, cumulative);
        IERC20(token).safeTransferFrom(vaultOf(distribution), account, due);
    }

    /// What OpenZeppelin's `MerkleProof.processProofCalldata` gives, for 150 gas a node instead of 250: with a hundred
    /// thousand accounts a claim has 17.
    function _rootOf(bytes32 node, bytes32[] calldata proof) private pure returns (bytes32 root) {
        assembly ("memory-safe") {
            root := node
            let end := add(proof.offset, shl(5, proof.length))
            for { let at := proof.offset } lt(at, end) { at := add(at, 32) } {
                let sibling := calldataload(at)
                // The greater of the two goes second, into the upper word of the scratch space.
                let place := shl(5, gt(root, sibling))
                mstore(place, root)
                mstore(xor(place, 32), sibling)
                root := keccak256(0, 64)
            }
        }
    }

    /// The distribution, of which something is changed that must be changed before its deadline.
    function _beforeDeadline(bytes32 distribution) private view returns (Distribution storage d) {
        d = distributions[distribution];
        if (d.deadline == 0) revert UnknownDistribution(distribution);
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp >= d.deadline) revert Ended(distribution, d.deadline, block.timestamp);
    }

    /// The distribution, to which or of which something is promised that must leave time to claim it.
    function _beforeLastDay(bytes32 distribution) private view returns (Distribution storage d) {
        d = _beforeDeadline(distribution);
        uint256 latest = d.deadline - MIN_CLAIM_TIME;
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > latest) revert LastDay(distribution, latest, block.timestamp);
    }

    function _notTooFar(uint64 deadline) private view {
        uint256 latest = block.timestamp + MAX_LIFETIME;
        if (deadline > latest) revert DeadlineTooFar(deadline, latest);
    }

    function _setSigner(address newSigner) private {
        if (newSigner == address(0)) revert InvalidSigner(newSigner);
        emit SignerChanged(signer, newSigner);
        signer = newSigner;
    }

    /// The day to claim that a pause leaves begins.
    function _unpause() internal override {
        resumedAt = uint64(block.timestamp);
        super._unpause();
    }
}
