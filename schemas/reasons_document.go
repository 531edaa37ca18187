package schemas

// Codes of intake/pdf and intake/assessment: whether the file can be opened at
// all, and what in it a clerk must know before trusting its pages.
const (
	// The file is not a usable PDF: the agency must send another.
	DocumentEmpty        ReasonCode = "document_empty"
	DocumentNotPDF       ReasonCode = "document_not_pdf"
	DocumentOFD          ReasonCode = "document_ofd"
	DocumentTooLarge     ReasonCode = "document_too_large"
	DocumentTooManyPages ReasonCode = "document_too_many_pages"
	DocumentPassword     ReasonCode = "document_password"
	DocumentUnreadable   ReasonCode = "document_unreadable"
	DocumentNoPages      ReasonCode = "document_no_pages"
	DocumentCrashed      ReasonCode = "document_crashed"
	DocumentTimeout      ReasonCode = "document_timeout"
	DocumentMemory       ReasonCode = "document_memory"

	// The file opens, and a human must look at it before it is relied on.
	DocumentHeader         ReasonCode = "document_header"
	DocumentStructure      ReasonCode = "document_structure"
	DocumentRepaired       ReasonCode = "document_repaired"
	DocumentPageTree       ReasonCode = "document_page_tree"
	DocumentPageUnreadable ReasonCode = "document_page_unreadable"
	DocumentJavaScript     ReasonCode = "document_javascript"
	DocumentLaunch         ReasonCode = "document_launch"
	DocumentExternalAction ReasonCode = "document_external_action"
	DocumentEmbeddedFile   ReasonCode = "document_embedded_file"
	DocumentMultimedia     ReasonCode = "document_multimedia"
	DocumentXFA            ReasonCode = "document_xfa"
	DocumentHiddenLayers   ReasonCode = "document_hidden_layers"
	DocumentFontMissing    ReasonCode = "document_font_missing"
	DocumentOwnPaint       ReasonCode = "document_own_paint"
	DocumentDrawnText      ReasonCode = "document_drawn_text"
)

func documentReasons() []ReasonInfo {
	const (
		pdf    = "ISO 32000-2"
		design = "DESIGN §2, §3"
	)
	return []ReasonInfo{
		{DocumentEmpty, "文件是空的（0 字节），没有收到报告内容，请重新上传", WeightReject, design},
		{DocumentNotPDF, "这不是 PDF 文件，请由报告系统导出带电子签名的 PDF 后重新报送", WeightReject, pdf + " §7.5.2"},
		{DocumentOFD, "这是 OFD 版式文件（GB/T 33190），平台目前只受理带电子签名的 PDF；请导出 PDF 并签名后重新报送。如已发现影响房屋整体安全的隐患，请不要等换好文件，先用“隐患先报”告知", WeightReject, "GB/T 33190-2016"},
		{DocumentTooLarge, "文件超过允许的大小，请压缩图片后重新签名报送", WeightReject, design},
		{DocumentTooManyPages, "页数超过允许的上限，请核对文件或分册报送", WeightReject, design},
		{DocumentPassword, "打开文件需要密码，无法审阅；请去掉打开密码后重新签名报送", WeightReject, pdf + " §7.6.4"},
		{DocumentUnreadable, "文件已损坏或不完整，无法作为 PDF 打开，请重新导出、签名并报送", WeightReject, pdf + " §7.5"},
		{DocumentNoPages, "文件中没有任何页面，请核对后重新报送", WeightReject, pdf + " §7.7.3"},
		{DocumentCrashed, "解析该文件时处理进程异常终止，文件可能被破坏或被做了手脚，请重新导出、签名并报送", WeightReject, "DESIGN §3"},
		{DocumentTimeout, "解析该文件超过允许的时间，文件可能被破坏或过于复杂，请重新导出、签名并报送", WeightReject, "DESIGN §3"},
		{DocumentMemory, "解析该文件超过允许的内存，文件可能被破坏或过于复杂，请重新导出、签名并报送", WeightReject, "DESIGN §3"},

		{DocumentHeader, "文件开头不是 PDF 标识，前面混有其他内容，请人工核对", WeightReview, pdf + " §7.5.2"},
		{DocumentStructure, "文件结构不符合 PDF 规范，不同软件打开可能显示不同内容，请人工核对", WeightReview, pdf + " §7"},
		{DocumentRepaired, "文件的交叉引用表有错误，经修复才能打开，请人工核对内容是否完整", WeightReview, pdf + " §7.5.4"},
		{DocumentPageTree, "页面目录自相矛盾，可能有页面被隐藏或缺失，请人工核对页数", WeightReview, pdf + " §7.7.3"},
		{DocumentPageUnreadable, "有页面无法打开，其中可能有结论，请人工查看", WeightReview, design},
		{DocumentJavaScript, "文件中含有脚本（JavaScript），显示内容可能随打开的软件或时间改变，请人工核对", WeightReview, pdf + " §12.6.4.17"},
		{DocumentLaunch, "文件中含有启动外部程序的动作，请勿在普通软件中打开，由人工核对", WeightReview, pdf + " §12.6.4.6"},
		{DocumentExternalAction, "文件中含有提交数据、导入数据或打开外部文件的动作，请人工核对", WeightReview, pdf + " §12.6.4"},
		{DocumentEmbeddedFile, "文件中夹带了附件，附件不在审阅范围内，请人工核对", WeightReview, pdf + " §7.11.4"},
		{DocumentMultimedia, "文件中含有音频、视频或三维等多媒体内容，无法自动审阅，请人工核对", WeightReview, pdf + " §13"},
		{DocumentXFA, "文件是动态表单（XFA），看到的内容与文件中的文字可能不同，请人工核对", WeightReview, pdf + " §12.7.8"},
		{DocumentHiddenLayers, "文件中有默认隐藏的图层，看到的内容与文件中的文字可能不同，请人工核对", WeightReview, pdf + " §8.11"},
		{DocumentFontMissing, "文件使用的字体没有嵌入，又不属于通用的中文字符集，不同软件显示的文字可能不同或缺字，请人工核对", WeightReview, pdf + " §9.7.4"},
		{DocumentOwnPaint, "文件中有的文字由字形自定颜色，或用特殊的混合、变色方式绘制，不同软件显示可能不同，甚至看不见，请人工核对", WeightReview, pdf + " §9.6.4、§10.5、§11.3.5"},
		{DocumentDrawnText, "文件中有的文字画在填充图案或蒙版里，人看得到而程序读不到，请人工核对", WeightReview, pdf + " §8.7.3、§11.6.5"},
	}
}
