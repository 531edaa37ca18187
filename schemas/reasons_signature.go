package schemas

// Reason codes of the signature room. Those with WeightReject make a report
// unusable until the agency fixes it; the first that applies decides the
// status of the signature.
const (
	// What the file is.
	ReasonUnsigned       ReasonCode = "sig_unsigned"
	ReasonStampOnly      ReasonCode = "sig_stamp_only"
	ReasonEmptyField     ReasonCode = "sig_empty_field"
	ReasonOFD            ReasonCode = "sig_ofd"
	ReasonStructure      ReasonCode = "sig_structure"
	ReasonEncrypted      ReasonCode = "sig_encrypted"
	ReasonPermissions    ReasonCode = "sig_permissions"
	ReasonSignatureLimit ReasonCode = "sig_limit"
	ReasonAmbiguous      ReasonCode = "sig_ambiguous"

	// Raw bytes.
	ReasonByteRange    ReasonCode = "sig_byte_range"
	ReasonGap          ReasonCode = "sig_gap"
	ReasonContents     ReasonCode = "sig_contents"
	ReasonPadding      ReasonCode = "sig_padding"
	ReasonDuplicateKey ReasonCode = "sig_duplicate_key"
	ReasonOrphan       ReasonCode = "sig_orphan"
	ReasonShared       ReasonCode = "sig_shared"
	ReasonOverlap      ReasonCode = "sig_overlap"
	ReasonRangeEnd     ReasonCode = "sig_range_end"
	ReasonSubFilter    ReasonCode = "sig_subfilter"

	// The container.
	ReasonCMS             ReasonCode = "sig_cms"
	ReasonSigners         ReasonCode = "sig_signers"
	ReasonNoAttributes    ReasonCode = "sig_no_signed_attributes"
	ReasonAttributes      ReasonCode = "sig_attributes"
	ReasonContentType     ReasonCode = "sig_content_type"
	ReasonDigest          ReasonCode = "sig_digest"
	ReasonValue           ReasonCode = "sig_value"
	ReasonAlgorithm       ReasonCode = "sig_algorithm"
	ReasonUnsupported     ReasonCode = "sig_unsupported"
	ReasonNoCertificate   ReasonCode = "sig_no_certificate"
	ReasonSigningCert     ReasonCode = "sig_signing_certificate"
	ReasonNoSigningCert   ReasonCode = "sig_no_signing_certificate"
	ReasonEnclosedContent ReasonCode = "sig_enclosed_content"
	ReasonSeal            ReasonCode = "sig_seal"
	ReasonSealMaker       ReasonCode = "sig_seal_maker"
	ReasonSealSigner      ReasonCode = "sig_seal_signer"
	ReasonSealPeriod      ReasonCode = "sig_seal_period"

	// What changed.
	ReasonUncovered    ReasonCode = "sig_uncovered"
	ReasonUpdate       ReasonCode = "sig_update"
	ReasonChanged      ReasonCode = "sig_changed"
	ReasonFormFilled   ReasonCode = "sig_form_filled"
	ReasonDocMDP       ReasonCode = "sig_docmdp"
	ReasonFieldMDP     ReasonCode = "sig_fieldmdp"
	ReasonAfterAgency  ReasonCode = "sig_after_agency"
	ReasonExtended     ReasonCode = "sig_extended"
	ReasonBetweenSigns ReasonCode = "sig_cosigned"

	// Strength.
	ReasonWeakDigest ReasonCode = "sig_weak_digest"
	ReasonWeakKey    ReasonCode = "sig_weak_key"
	ReasonLegacy     ReasonCode = "sig_legacy_format"
	ReasonSM2ID      ReasonCode = "sig_sm2_id"
	// ReasonStrengthAllowed says one of these when policy accepts it.
	ReasonStrengthAllowed ReasonCode = "sig_strength_allowed"

	// Trust and time.
	ReasonCertificate       ReasonCode = "sig_certificate"
	ReasonChain             ReasonCode = "sig_chain"
	ReasonKeyUsage          ReasonCode = "sig_key_usage"
	ReasonExpired           ReasonCode = "sig_expired"
	ReasonNotYetValid       ReasonCode = "sig_not_yet_valid"
	ReasonRevoked           ReasonCode = "sig_revoked"
	ReasonRevocationUnknown ReasonCode = "sig_revocation_unknown"
	ReasonRevocationStale   ReasonCode = "sig_revocation_stale"
	// ReasonRevocationAccepted says the same when policy accepts it.
	ReasonRevocationAccepted ReasonCode = "sig_revocation_accepted"
	ReasonTimestamp          ReasonCode = "sig_timestamp"
	ReasonTimestampTrust     ReasonCode = "sig_timestamp_untrusted"
	ReasonTimestampOrder     ReasonCode = "sig_timestamp_order"
	ReasonClaimedTime        ReasonCode = "sig_claimed_time"

	// Who it is.
	ReasonAgencyUnknown   ReasonCode = "sig_agency_unknown"
	ReasonAgencySuspended ReasonCode = "sig_agency_suspended"
	ReasonAgencyPeriod    ReasonCode = "sig_agency_period"
	ReasonAgencyMissing   ReasonCode = "sig_agency_missing"
	ReasonAgencyScope     ReasonCode = "sig_agency_scope"
	ReasonPersonMissing   ReasonCode = "sig_person_missing"
)

func signatureReasons() []ReasonInfo {
	return []ReasonInfo{
		{ReasonUnsigned, "文件没有电子签名，请由鉴定机构签名后重新提交", WeightReject, "GM/T 0112-2021; ISO 32000-1 §12.8"},
		{ReasonStampOnly, "文件上只有印章图样，没有电子签名；图样不能证明签章人，请用机构的数字证书签名后重新提交", WeightReject, "电子签名法第十三条"},
		{ReasonEmptyField, "文件留有签名域但尚未签名", WeightNote, "ISO 32000-1 §12.7.4.5"},
		{ReasonOFD, "这是OFD文件，本系统只受理PDF；请导出为PDF并重新签名。如房屋存在影响整体安全的隐患，请先提交隐患告知", WeightReject, "GB/T 33190-2016"},
		{ReasonStructure, "文件结构不符合PDF规范，无法可靠地核验签名，请重新生成并签名", WeightReject, "ISO 32000-1 §7.5"},
		{ReasonEncrypted, "文件需要口令才能打开，请去除打开口令后重新签名提交", WeightReject, "ISO 32000-2 §7.6"},
		{ReasonPermissions, "文件使用已淘汰的加密方式，其权限设置不允许签名，请解除限制后重新签名", WeightReview, "ISO 32000-2 表20、表22"},
		{ReasonAmbiguous, "文件中有各种软件会读出不同内容的写法，签名者看到的与系统读出的可能不一致，请人工核对原件", WeightReview, "ISO 32000-1 §7.3.7、§7.5.8.4; Shadow Attacks (NDSS 2021)"},
		{ReasonSignatureLimit, "文件的结构过于复杂，超出核验上限", WeightReject, "ISO 32000-1 附录C"},

		{ReasonByteRange, "签名的字节范围缺失或不合规范", WeightReject, "ISO 32000-2 §12.8.1; USF (Mladenov 等, CCS 2019)"},
		{ReasonGap, "签名字节范围的空隙与签名值的位置不一致，空隙中可能夹带内容", WeightReject, "ISO 32000-2 §12.8.1; SWA (Mladenov 等, CCS 2019)"},
		{ReasonContents, "签名值缺失或不是十六进制串", WeightReject, "ISO 32000-1 表252; USF"},
		{ReasonPadding, "签名值之后夹带了多余的字节", WeightReject, "ISO 32000-2 §12.8.3.3.1"},
		{ReasonDuplicateKey, "签名字典中有重复的键，不同软件会读出不同的结果", WeightReject, "ISO 32000-1 §7.3.7"},
		{ReasonOrphan, "文件中有不属于任何签名域的签名，可能是被移走或替换的签名", WeightReject, "ISO 32000-1 §12.7.4.5"},
		{ReasonShared, "一个签名被多个签名域引用", WeightReject, "ISO 32000-1 §12.7.4.5"},
		{ReasonOverlap, "多个签名的字节范围互相交叉", WeightReject, "ISO 32000-2 §12.8.1"},
		{ReasonRangeEnd, "签名的字节范围没有止于文件结束标记", WeightReject, "ISO 32000-1 §7.5.5"},
		{ReasonSubFilter, "签名格式不在受理范围内，无法核验", WeightReview, "ISO 32000-2 表260; GM/T 0112-2021"},

		{ReasonCMS, "签名数据格式错误，无法解析", WeightReject, "RFC 5652; GM/T 0010-2012"},
		{ReasonSigners, "一个签名数据中应当只有一个签名者", WeightReject, "ETSI EN 319 142-1 §4.2"},
		{ReasonNoAttributes, "签名没有经签名的属性，可被伪造攻击利用", WeightReject, "RFC 5652 §5.3; ePrint 2023/1801"},
		{ReasonAttributes, "签名属性缺失、重复或格式错误", WeightReject, "RFC 5652 §11"},
		{ReasonContentType, "签名的内容类型属性与内容不符", WeightReject, "RFC 5652 §11.1"},
		{ReasonDigest, "文件内容与签名时不一致，签名后被改动过", WeightReject, "RFC 5652 §5.4; GM/T 0112-2021"},
		{ReasonValue, "签名值验证不通过", WeightReject, "RFC 5652 §5.6; GB/T 32918.2-2016"},
		{ReasonAlgorithm, "签名使用的算法互相矛盾或与证书密钥不符", WeightReject, "RFC 5652 §5.3; RFC 6211"},
		{ReasonUnsupported, "签名使用了本系统不能核验的算法", WeightReview, "GM/T 0006-2012; RFC 5754"},
		{ReasonNoCertificate, "签名数据中没有签名者的证书", WeightReject, "ISO 32000-2 §12.8.3.3.1"},
		{ReasonSigningCert, "签名属性所指的证书与签名证书不一致", WeightReject, "RFC 5035 §3"},
		{ReasonNoSigningCert, "签名缺少证书标识属性（ETSI.CAdES.detached必须有）", WeightReject, "ETSI EN 319 142-1 §5.3"},
		{ReasonEnclosedContent, "签名数据内含另外的内容，签的不是本文件", WeightReject, "ISO 32000-2 §12.8.3.3.1"},
		{ReasonSeal, "电子印章数据格式错误", WeightReject, "GB/T 38540-2020; GM/T 0031-2014"},
		{ReasonSealMaker, "电子印章本身的制章签名验证不通过", WeightReject, "GB/T 38540-2020 §7"},
		{ReasonSealSigner, "签章人的证书不在电子印章的证书列表中", WeightReject, "GB/T 38540-2020 §7"},
		{ReasonSealPeriod, "电子印章在签章时不在有效期内", WeightReject, "GB/T 38540-2020 §7"},

		{ReasonUncovered, "文件末尾有签名没有覆盖的内容", WeightReject, "ISO 32000-2 §12.8.1; ISA (Mladenov 等, CCS 2019)"},
		{ReasonUpdate, "签名之后追加的内容不是完整规范的增量更新", WeightReject, "ISO 32000-1 §7.5.6; ISA"},
		{ReasonChanged, "签名之后文件内容被改动", WeightReject, "ISO 32000-2 §12.8.2; Shadow Attacks (NDSS 2021)"},
		{ReasonFormFilled, "签名之后填写了表单", WeightReject, "ISO 32000-2 §12.8.2.2"},
		{ReasonDocMDP, "改动超出了认证签名允许的范围", WeightReject, "ISO 32000-2 §12.8.2.2; Certification Attacks (S&P 2021)"},
		{ReasonFieldMDP, "改动了签名锁定的表单域", WeightReject, "ISO 32000-2 §12.8.2.4"},
		{ReasonAfterAgency, "鉴定机构签名之后又加了签名或其他内容；应由机构最后签名", WeightReject, "DESIGN §3"},
		{ReasonExtended, "签名之后只追加了验证数据（证书、吊销信息、时间戳），内容未变", WeightNote, "ETSI EN 319 142-1 §5.5"},
		{ReasonBetweenSigns, "文件由多人先后签名，其间只填写了签名域", WeightNote, "ISO 32000-2 §12.8.1"},

		{ReasonWeakDigest, "签名使用了已不安全的摘要算法", WeightReject, "GM/T 0112-2021; NIST SP 800-131A"},
		{ReasonWeakKey, "签名密钥长度不足", WeightReject, "NIST SP 800-131A"},
		{ReasonLegacy, "签名格式已淘汰", WeightReject, "ISO 32000-2 §12.8.3.2"},
		{ReasonSM2ID, "SM2签名没有使用默认用户标识", WeightReject, "GM/T 0009-2012 §10"},
		{ReasonStrengthAllowed, "签名的算法或格式较旧，按本地政策接受", WeightNote, "本地政策"},

		{ReasonCertificate, "签名证书不合规范，无法判断是否可信", WeightReject, "RFC 5280; GM/T 0015-2012"},
		{ReasonChain, "签名证书不是受信任的证书机构签发的", WeightReject, "RFC 5280 §6"},
		{ReasonKeyUsage, "签名证书不能用于签名", WeightReject, "RFC 5280 §4.2.1.3"},
		{ReasonExpired, "签名证书在可证明的签名时间已过期", WeightReject, "RFC 5280 §6.1.3"},
		{ReasonNotYetValid, "签名证书尚未生效", WeightReject, "RFC 5280 §6.1.3"},
		{ReasonRevoked, "签名证书已被吊销", WeightReject, "RFC 5280 §6.3"},
		{ReasonRevocationUnknown, "没有可用的吊销信息，不能确认签名证书未被吊销", WeightReview, "RFC 5280 §6.3"},
		{ReasonRevocationStale, "吊销信息已过期，不能确认签名证书目前未被吊销", WeightReview, "RFC 5280 §5.1.2.5"},
		{ReasonRevocationAccepted, "没有有效的吊销信息，不能确认签名证书未被吊销；按本地策略只作提示", WeightNote, "RFC 5280 §6.3"},
		{ReasonTimestamp, "时间戳无效，不能作为签名时间的证明", WeightReview, "RFC 3161 §2.4.2"},
		{ReasonTimestampTrust, "时间戳机构不受信任，不能作为签名时间的证明", WeightNote, "RFC 3161 §2.3"},
		{ReasonTimestampOrder, "文件的时间戳先后颠倒", WeightReview, "ETSI EN 319 142-1 §5.5"},
		{ReasonClaimedTime, "签名时间为签名者自述，没有时间戳证明，按收到时间核验", WeightNote, "RFC 5652 §11.3"},

		{ReasonAgencyUnknown, "签名证书不属于登记的鉴定机构", WeightReject, "实施方案附件2四(五)"},
		{ReasonAgencySuspended, "签名的鉴定机构已被暂停出具报告", WeightReject, "实施方案附件2四(五)"},
		{ReasonAgencyPeriod, "签名的鉴定机构不在登记的有效期内", WeightReject, "实施方案附件2四(五)"},
		{ReasonAgencyMissing, "文件没有鉴定机构的签名", WeightReject, "实施方案附件2四(五)"},
		{ReasonAgencyScope, "报告所依据的标准不在该机构登记的范围内", WeightReview, "实施方案附件2四(五)"},
		{ReasonPersonMissing, "文件缺少鉴定人员的个人签名", WeightReview, "实施方案附件2四(五)"},
	}
}
