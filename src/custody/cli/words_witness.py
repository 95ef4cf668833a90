"""What ``custody witness`` says."""

from __future__ import annotations

from typing import Final

WITNESSING: Final[dict[str, tuple[str, str]]] = {
    "help/witness": (
        "见证：为别家台账联署检查点，或请见证方为本台账联署",
        "witnesses: cosign another ledger's checkpoints, or have this one's cosigned",
    ),
    "help/witness-keygen": ("生成见证密钥，打印校验公钥（vkey）", "make a witness's key; print its verifier key"),
    "help/witness-name": ("见证方名称，如 court.example/witness", "the witness's name, as court.example/witness"),
    "help/witness-kind": ("ed25519（0x04）或 ml-dsa-44（0x06）", "ed25519 (0x04) or ml-dsa-44 (0x06)"),
    "help/witness-serve": ("运行见证服务", "run a witness"),
    "help/witness-log": ("所见证台账的校验公钥，可多次给出", "the verifier key of a log it witnesses; repeatable"),
    "help/witness-key": ("见证私钥文件，可多次给出", "a key file of the witness; repeatable"),
    "help/witness-state": ("见证状态文件：最近联署了什么", "the file that holds what was cosigned last"),
    "help/witness-found": (
        "新建状态文件：只用于从未签过名的密钥", "make the state: only for keys that have never signed anything"
    ),
    "help/witness-host": ("监听地址，非本机须加密", "where to listen; beyond loopback only encrypted"),
    "help/witness-port": ("端口，0 为任选", "port; 0 takes a free one"),
    "help/witness-public-url": ("外部访问地址", "where it is reached: https://NAME"),
    "help/witness-tls-cert": ("TLS 证书链（PEM）", "certificate chain (PEM)"),
    "help/witness-tls-key": ("TLS 私钥（PEM）", "its private key (PEM)"),
    "help/witness-behind-proxy": ("可信代理的地址", "addresses of trusted proxies"),
    "help/witness-add": ("在策略文件中加入一家见证方", "add a witness to the policy file"),
    "help/witness-vkey": ("见证方的校验公钥", "the witness's verifier key"),
    "help/witness-url": ("见证服务的地址（提交前缀）", "where the witness is asked (its submission prefix)"),
    "help/witness-as": ("策略文件中的名称；省略则用公钥名称", "its name in the file; the key's name otherwise"),
    "help/witness-quorum": (
        "法定数改为全部见证方中的 all、any 或若干家", "let the quorum be all, any, or so many of all witnesses"
    ),
    "help/witness-status": ("各见证方最近联署到哪里，法定数是否达到", "what each witness cosigned last; the quorum"),
    "help/witness-ask": ("现在请每家见证方联署一次", "ask every witness once, now"),
    "help/witness-policy": ("见证策略文件（tlog-policy）", "the policy file of witnesses (tlog-policy)"),
    "help/seen": (
        "别处所见的校验码（文书上的 CL1 …）或检查点文件，可多次给出，与此核对",
        "what was seen elsewhere, the CL1 … of a paper or the file of a checkpoint, to compare; repeatable",
    ),
    "witness/address": ("见证服务：{address}（按 Ctrl-C 停止）", "Witness: {address} (Ctrl-C stops it)"),
    "witness/added": (
        "已加入 {name}。法定数：{quorum}。", "Added {name}. The quorum is: {quorum}."
    ),
    "witness/not-counting": (
        "它还不计入法定数：请编辑策略文件，或加 --quorum。",
        "It does not count towards the quorum yet: edit the file, or give --quorum.",
    ),
    "witness/name": ("见证方", "witness"),
    "witness/counts": ("计入法定数", "counts"),
    "witness/size": ("联署到", "cosigned up to"),
    "witness/when": ("时间", "when"),
    "witness/url": ("地址", "address"),
    "witness/outcome": ("结果", "outcome"),
    "witness/yes": ("是", "yes"),
    "witness/no": ("否", "no"),
    "witness/quorum": (
        "法定数已覆盖前 {size} 条，共 {head} 条（{when}）。",
        "A quorum has cosigned the first {size} of {head} entries ({when}).",
    ),
    "witness/no-quorum": (
        "还没有任何检查点达到法定数（共 {head} 条）。", "No checkpoint has a quorum yet ({head} entries)."
    ),
    "witness/cosigned": ("已联署 {size}", "cosigned {size}"),
    "witness/unavailable": ("未答复：{reason}", "no answer: {reason}"),
    "witness/declined": ("拒绝联署（{reason}）", "declined ({reason})"),
    "witness/contradicts": (
        "拒绝：与其此前联署的检查点矛盾（{reason}）", "declined: it contradicts what it cosigned before ({reason})"
    ),
    "witness/rolled-back": (
        "⚠ 它持有本台账签过、而现在没有的检查点（{size}）：本台账由较旧备份恢复，或是复制品。已停止签发。",
        "⚠ It holds a checkpoint that this ledger signed and does not have (size {size}): this ledger was restored "
        "from an older backup, or is a copy. Signing has stopped.",
    ),
    "doctor/witness-policy": (
        "{witnesses} 家见证方，法定数为 {quorum}（{counting} 家计入）",
        "{witnesses} witnesses; the quorum is {quorum}, and rests on {counting} of them",
    ),
    "doctor/witness-quorum": (
        "法定数已覆盖前 {size} 条，共 {head} 条", "a quorum has cosigned the first {size} of {head} entries"
    ),
}
"""Code → (zh-CN, English)."""
