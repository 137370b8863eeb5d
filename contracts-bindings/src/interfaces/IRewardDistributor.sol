// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IGuarded} from "./IGuarded.sol";

/// @notice What a voucher promises: `amount` base units of the distributor's token to `account`.
/// @param id Identifies the claim; each is paid once.
/// @param account Receives the tokens, whoever submits the voucher.
/// @param amount Base units of the distributor's token; the signer keeps it below 2^128.
/// @param deadline Unix seconds; the voucher is good up to and including this second.
struct Claim {
    bytes32 id;
    address account;
    uint256 amount;
    uint64 deadline;
}

/// @notice A claim with its signature, for a batch.
/// @param claim What is promised.
/// @param signature As `IRewardDistributor.claim` takes it.
struct SignedClaim {
    Claim claim;
    bytes signature;
}

/// @notice A reward under the root of a distribution, for a batch; the arguments of `IRewardDistributor.claimMerkle`.
/// @param distribution Id of the distribution.
/// @param account Receives the tokens, whoever submits the claim.
/// @param cumulative All that the account has earned in the distribution since it began, in base units.
/// @param proof Siblings from the leaf up to the root.
struct MerkleClaim {
    bytes32 distribution;
    address account;
    uint128 cumulative;
    bytes32[] proof;
}

/// @notice State of a distribution.
/// @param root Of the tree of cumulative rewards; zero before the first is published and after a clawback.
/// @param publisher May replace the root.
/// @param deadline Unix seconds from which on nothing can be promised and the owner can take what is left, see
/// `clawbackFrom`; 0 when there is no such distribution.
/// @param epoch Number of the root: 1 is the first.
/// @param funded All that was ever funded, in base units.
/// @param total What the publisher says that the rewards under `root` sum to, in base units; at most `funded`. Nothing
/// checks it against the tree.
struct Distribution {
    bytes32 root;
    address publisher;
    uint64 deadline;
    uint32 epoch;
    uint256 funded;
    uint256 total;
}

/// @title IRewardDistributor
/// @notice Pays one ERC-20, the token, in two ways that share no money.
///
/// Vouchers are claims that the signer, a threshold key, signed as EIP-712 typed data
/// `Claim(bytes32 id,address account,uint256 amount,uint64 deadline)` in the domain "Novate Rewards", version "1", of
/// this contract and chain. They are paid from this contract's own balance, of which the owner can take any part.
///
/// Distributions are Merkle trees of cumulative rewards (leaves as `Leaves.reward`, trees as OpenZeppelin's
/// StandardMerkleTree), of which the publisher replaces the root as more is earned: an account is paid the difference
/// to what it has claimed. Each distribution has a vault of its own, so that none can pay with the money of another,
/// whatever is published: rewards that sum to more than the vault holds are paid to whoever claims first. (On Solana the
/// payments of a root are held to the total that was stated with it. Here that would cost every claim another storage
/// slot, and a total is a statement.) What is funded stays there for the accounts until the deadline. From then on the
/// owner can take what is left, and until he does claims are still paid. Nothing is funded or published in the last day,
/// and after a pause the owner has to leave a day, so there is always a day to claim what is promised by then.
///
/// That is no promise to an account. Until a day before the deadline, which the owner can move further away, the
/// publisher can replace the root at any time, and the owner can at any time make itself the publisher. Under the new
/// root everything that is not claimed may go to somebody else, also to them: proofs under the old root are void in the
/// same moment. So recipients trust both with what they have not claimed yet, as on Solana they trust the creator of a
/// distribution.
/// @dev While paused, no claim is paid and nothing is clawed back. `fund`, `publishRoot`, what the owner sets, and
/// `defund` go on: the money of vouchers can be brought to safety when the signer's key is not safe any more. Amounts are
/// in the token's base units.
interface IRewardDistributor is IGuarded {
    /// @notice Voucher `id` was paid: `amount` base units to `account`.
    event Claimed(bytes32 indexed id, address indexed account, uint256 amount);

    /// @notice `account` was paid `amount` by `distribution`, and thereby `cumulative` since it began.
    event MerkleClaimed(
        bytes32 indexed distribution, address indexed account, uint256 amount, uint256 cumulative
    );

    /// @notice The owner created `distribution` from `salt`; `vault` will hold its tokens.
    event DistributionCreated(
        bytes32 indexed distribution, address indexed publisher, bytes32 salt, address vault, uint64 deadline
    );

    /// @notice `amount` base units from `funder` arrived in the vault of `distribution`, and thereby `funded` in all.
    event DistributionFunded(
        bytes32 indexed distribution, address indexed funder, uint256 amount, uint256 funded
    );

    /// @notice `root`, number `epoch`, replaced the root of `distribution`; `total` is what its rewards sum to, as the
    /// publisher says.
    event RootPublished(bytes32 indexed distribution, uint32 indexed epoch, bytes32 root, uint256 total);

    /// @notice The address that may publish roots of `distribution` changed from `previous` to `current`.
    event PublisherChanged(bytes32 indexed distribution, address indexed previous, address indexed current);

    /// @notice The deadline of `distribution` moved from `previous` to `current`.
    event DeadlineExtended(bytes32 indexed distribution, uint64 previous, uint64 current);

    /// @notice The owner took the `amount` that was left of `distribution` and sent it to `to`.
    event ClawedBack(bytes32 indexed distribution, address indexed to, uint256 amount);

    /// @notice The address whose vouchers are paid changed from `previous` to `current`.
    event SignerChanged(address indexed previous, address indexed current);

    /// @notice The owner took `amount` base units that no voucher had used and sent them to `to`.
    event Defunded(address indexed to, uint256 amount);

    /// @notice `signer` is the zero address: give the address of the threshold key.
    error InvalidSigner(address signer);

    /// @notice `publisher` is the zero address: give the address that will publish roots.
    error InvalidPublisher(address publisher);

    /// @notice `to` is the zero address, where the tokens would be lost: give an address that can use them.
    error InvalidRecipient(address to);

    /// @notice `token` is not a contract: give the address of the ERC-20 to be paid.
    error InvalidToken(address token);

    /// @notice Voucher `id` was good until `deadline`, and it is `timestamp` (both unix seconds): ask for a new one.
    error Expired(bytes32 id, uint64 deadline, uint256 timestamp);

    /// @notice Voucher `id` has been paid already: leave it out.
    error AlreadyClaimed(bytes32 id);

    /// @notice The signature of voucher `id` is not one of `signer` over `digest`: check claim, chain and contract.
    error InvalidSignature(bytes32 id, bytes32 digest, address signer);

    /// @notice There is no `distribution`: check id, contract and chain, or let the owner create it.
    error UnknownDistribution(bytes32 distribution);

    /// @notice The salt of `distribution` has been used: create it with another.
    error DistributionExists(bytes32 distribution);

    /// @notice The deadline would be `deadline`: give one that is `earliest` or later (both unix seconds).
    error DeadlineTooSoon(uint64 deadline, uint256 earliest);

    /// @notice The deadline would be `deadline`, more than 10 years away: give one that is `latest` or earlier (both unix
    /// seconds; not milliseconds).
    error DeadlineTooFar(uint64 deadline, uint256 latest);

    /// @notice `distribution` ended at `deadline`, and it is `timestamp` (both unix seconds): create another.
    error Ended(bytes32 distribution, uint64 deadline, uint256 timestamp);

    /// @notice What is left of `distribution` can be taken from `from` on, and it is `timestamp` (both unix seconds): wait.
    error NotEnded(bytes32 distribution, uint256 from, uint256 timestamp);

    /// @notice `distribution` could be funded and its roots published until `latest`, and it is `timestamp` (both unix
    /// seconds): the last day is for claims. Let the owner extend the deadline.
    error LastDay(bytes32 distribution, uint256 latest, uint256 timestamp);

    /// @notice `caller` may not publish roots of `distribution`: call from its publisher.
    error NotPublisher(bytes32 distribution, address caller);

    /// @notice The root is zero, which no proof leads to: publish the root of a tree with leaves.
    error EmptyRoot(bytes32 distribution);

    /// @notice The total is zero, so that the tree would promise nothing: publish the root of a tree with rewards.
    error EmptyTotal(bytes32 distribution);

    /// @notice The next root of `distribution` is number `expected`, not `epoch`: build on the current one.
    error WrongEpoch(bytes32 distribution, uint32 epoch, uint32 expected);

    /// @notice Totals are cumulative and `total` is below `previous`, the one before: publish at least as much.
    error TotalFell(bytes32 distribution, uint256 total, uint256 previous);

    /// @notice `total` would be promised and only `funded` was ever funded: fund the difference first.
    error NotFunded(bytes32 distribution, uint256 total, uint256 funded);

    /// @notice The transfer of `amount` into the vault of `distribution` succeeded, but it holds no more than before:
    /// give at least one base unit, of a token that behaves like an ERC-20.
    error NothingReceived(bytes32 distribution, uint256 amount);

    /// @notice The proof leads from `leaf` to another root than `root`: prove the amount of the current epoch, to this
    /// account in this distribution. A root of zero: there is none (yet), or what was left has been clawed back.
    error NotInRoot(bytes32 distribution, bytes32 root, bytes32 leaf);

    /// @notice `account` has been paid `claimed`, and `cumulative` is no more than that: nothing is due.
    error NothingDue(bytes32 distribution, address account, uint256 cumulative, uint256 claimed);

    /// @notice Nothing is left in the vault of `distribution`.
    error NothingToClawBack(bytes32 distribution);

    /// @notice The token that is paid.
    function token() external view returns (address);

    /// @notice The address whose vouchers are paid: a plain account, or a contract that follows EIP-1271.
    function signer() external view returns (address);

    /// @notice Whether voucher `id` has been paid.
    function isClaimed(bytes32 id) external view returns (bool);

    /// @notice What `account` has been paid by `distribution`, under all its roots, in base units.
    function claimed(bytes32 distribution, address account) external view returns (uint256);

    /// @notice The state of `distribution`; all zero when there is no such.
    function distributionOf(bytes32 distribution) external view returns (Distribution memory);

    /// @notice The id of the distribution that `createDistribution` makes from `salt`: keccak-256 of the ABI encoding of
    /// (chain id, this contract, salt). So a proof counts in one contract on one chain; when the chain forks, what was
    /// created before counts on both, as the tokens are on both.
    function distributionId(bytes32 salt) external view returns (bytes32);

    /// @notice The address that holds the tokens of `distribution` and of no other, once that exists. Tokens that are sent
    /// there without `fund` are paid out like others, and cannot be promised.
    function vaultOf(bytes32 distribution) external view returns (address);

    /// @notice Unix seconds from which on the owner can take what is left of `distribution`: its deadline, or a day after
    /// the end of the last pause when that is later.
    function clawbackFrom(bytes32 distribution) external view returns (uint256);

    /// @notice The EIP-712 digest that the signer signs for `voucher`.
    function digestOf(Claim calldata voucher) external view returns (bytes32);

    /// @notice Pays `voucher` to its account. Anyone may submit it.
    /// @param signature 65 bytes `r || s || v` with low `s`, or whatever an EIP-1271 signer accepts.
    function claim(Claim calldata voucher, bytes calldata signature) external;

    /// @notice Pays `account` what it is due: `cumulative` less what it has claimed. Anyone may submit it.
    /// @param distribution Id of the distribution.
    /// @param account Receives the tokens.
    /// @param cumulative All that the account has earned since the distribution began, in base units.
    /// @param proof Siblings from the leaf up to the current root.
    /// @return due Base units that were paid.
    function claimMerkle(bytes32 distribution, address account, uint128 cumulative, bytes32[] calldata proof)
        external
        returns (uint256 due);

    /// @notice Pays several rewards and vouchers. Anyone may submit them. All or nothing: the error of the first that is
    /// refused names it. A reward of which nothing is due and a voucher that has been paid are skipped, so that the rest is
    /// paid also when they come twice, or when somebody has submitted one of them before to stop the batch.
    function claimBatch(MerkleClaim[] calldata rewards, SignedClaim[] calldata vouchers) external;

    /// @notice Creates an empty distribution. Only the owner.
    /// @param salt Makes the id, see `distributionId`; none can be used twice.
    /// @param publisher May replace the root.
    /// @param deadline Unix seconds, from a day to 10 years from now; can be extended and never shortened.
    /// @return distribution Its id, which stands in every leaf.
    function createDistribution(bytes32 salt, address publisher, uint64 deadline)
        external
        returns (bytes32 distribution);

    /// @notice Takes `amount` of the token from the caller, who has approved it, and credits `distribution` with what
    /// arrived: less than `amount` when the token charges a fee. Anyone, up to a day before the deadline, for later nothing
    /// can be promised; it stays until the deadline.
    /// @return credited Base units that arrived.
    function fund(bytes32 distribution, uint256 amount) external returns (uint256 credited);

    /// @notice Replaces the root of `distribution`: proofs under the one before are void. Only its publisher, up to a day
    /// before the deadline.
    /// @param root Of the tree of `Leaves.reward`, each with all that its account was ever promised. Who has less than
    /// before, or is not in it, is paid nothing more, and gives nothing back.
    /// @param total What the tree's rewards sum to, in base units, which is believed: above zero, no less than before, and
    /// funded.
    /// @param epoch The current epoch + 1, so that no publication counts twice or out of order.
    function publishRoot(bytes32 distribution, bytes32 root, uint256 total, uint32 epoch) external;

    /// @notice Replaces the address that may publish roots of `distribution`, also by the owner's own. Only the owner,
    /// before the deadline.
    function setPublisher(bytes32 distribution, address newPublisher) external;

    /// @notice Moves the deadline of `distribution` (unix seconds) further away, to at most 10 years from now. Only the
    /// owner, before it has come.
    function extendDeadline(bytes32 distribution, uint64 newDeadline) external;

    /// @notice Sends everything that is left of `distribution` to `to`. Only the owner, from `clawbackFrom` on; nothing
    /// can be claimed afterwards.
    /// @return amount Base units that were sent.
    function clawback(bytes32 distribution, address to) external returns (uint256 amount);

    /// @notice Replaces the signer; unpaid vouchers of the former one are void. Only the owner.
    function setSigner(address newSigner) external;

    /// @notice Takes back `amount` base units that were meant for vouchers. Only the owner, also while paused.
    function defund(address to, uint256 amount) external;
}
