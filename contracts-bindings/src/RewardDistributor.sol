// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {Guarded} from "./Guarded.sol";
import {Claim, IRewardDistributor} from "./interfaces/IRewardDistributor.sol";

/// @title RewardDistributor
/// @notice See `IRewardDistributor`.
contract RewardDistributor is IRewardDistributor, Guarded, EIP712 {
    using SafeERC20 for IERC20;

    bytes32 private constant CLAIM_TYPEHASH =
        keccak256("Claim(bytes32 id,address account,uint256 amount,uint64 deadline)");

    /// @inheritdoc IRewardDistributor
    address public immutable token;

    /// @inheritdoc IRewardDistributor
    address public signer;

    /// @inheritdoc IRewardDistributor
    mapping(bytes32 id => bool) public isClaimed;

    constructor(address rewardToken, address initialOwner, address initialGuardian, address initialSigner)
        Guarded(initialOwner, initialGuardian)
        EIP712("Novate Rewards", "1")
    {
        if (rewardToken.code.length == 0) revert InvalidToken(rewardToken);
        token = rewardToken;
        _setSigner(initialSigner);
    }

    /// @inheritdoc IRewardDistributor
    function claim(Claim calldata voucher, bytes calldata signature) external whenNotPaused {
        // A validator can shift the time by seconds, a deadline is hours away.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > voucher.deadline) revert Expired(voucher.deadline, block.timestamp);
        if (isClaimed[voucher.id]) revert AlreadyClaimed(voucher.id);
        bytes32 digest = digestOf(voucher);
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)) {
            revert InvalidSignature(digest, signer);
        }

        // Marked before the transfer: a token that calls back finds the claim used.
        isClaimed[voucher.id] = true;
        emit Claimed(voucher.id, voucher.account, voucher.amount);
        IERC20(token).safeTransfer(voucher.account, voucher.amount);
    }

    /// @inheritdoc IRewardDistributor
    function setSigner(address newSigner) external onlyOwner {
        _setSigner(newSigner);
    }

    /// @inheritdoc IRewardDistributor
    function defund(address to, uint256 amount) external onlyOwner {
        emit Defunded(to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IRewardDistributor
    function digestOf(Claim calldata voucher) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(CLAIM_TYPEHASH, voucher.id, voucher.account, voucher.amount, voucher.deadline)
            )
        );
    }

    function _setSigner(address newSigner) private {
        if (newSigner == address(0)) revert InvalidSigner(newSigner);
        emit SignerChanged(signer, newSigner);
        signer = newSigner;
    }
}
