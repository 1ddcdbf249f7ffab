// SPDX-License-Identifier: Apache-2.0
// Groups of operators, which have a colour each. Pure.

const names = {
    linear: "Conv ConvTranspose ConvInteger QLinearConv DeformConv Gemm MatMul MatMulInteger QLinearMatMul Einsum FusedConv FusedMatMul Attention MultiHeadAttention",
    activation: "Relu LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Tanh Softmax LogSoftmax Hardmax Softplus Softsign Gelu Mish Swish Clip ThresholdedRelu",
    normalization: "BatchNormalization InstanceNormalization LayerNormalization GroupNormalization LpNormalization LRN MeanVarianceNormalization RMSNormalization Dropout SimplifiedLayerNormalization SkipLayerNormalization",
    pooling: "MaxPool AveragePool GlobalAveragePool GlobalMaxPool LpPool GlobalLpPool MaxUnpool MaxRoiPool RoiAlign Resize Upsample GridSample",
    layout: "Reshape Transpose Flatten Squeeze Unsqueeze Concat Split Slice Gather GatherElements GatherND Scatter ScatterElements ScatterND Expand Tile Pad Shape Size DepthToSpace SpaceToDepth Identity Cast CastLike ReverseSequence Compress",
    control: "If Loop Scan SequenceMap SequenceConstruct SequenceAt SequenceInsert SequenceEmpty SequenceErase SequenceLength ConcatFromSequence SplitToSequence Optional OptionalGetElement OptionalHasElement",
    recurrent: "LSTM GRU RNN",
    quantization: "QuantizeLinear DequantizeLinear DynamicQuantizeLinear",
    constant: "Constant ConstantOfShape Range RandomNormal RandomUniform RandomNormalLike RandomUniformLike EyeLike OneHot",
    arithmetic: "Add Sub Mul Div Pow Sqrt Exp Log Abs Neg Reciprocal Floor Ceil Round Sign Min Max Mean Sum Mod Erf Sin Cos Tan Equal Less LessOrEqual Greater GreaterOrEqual And Or Not Xor Where IsNaN IsInf ArgMax ArgMin TopK CumSum NonZero NonMaxSuppression",
};
const group_of_name = new Map(Object.entries(names).flatMap(([group, list]) => list.split(" ").map((name) => /** @type {[string, string]} */ ([name, group]))));

/** @type {Record<string, string>} */
export const group_names = {
    linear: "Convolution and matrix product", activation: "Activation", normalization: "Normalization", pooling: "Pooling and resizing",
    layout: "Shape and layout", control: "Control and sequences", recurrent: "Recurrent", quantization: "Quantization", constant: "Constants",
    arithmetic: "Arithmetic", other: "Other operators",
};

/** @param {{op: string, domain: string}} node */
export const group_of = (node) => {
    if (node.domain !== "" && node.domain !== "ai.onnx" && node.domain !== "com.microsoft") return "other";
    return group_of_name.get(node.op) ?? (node.op.startsWith("Reduce") ? "arithmetic" : "other");
};
