import type { NumberType } from '../weights/numberTypes.ts';

/** Places of the fields that are read, by table (tensorflow/lite/schema/schema.fbs). */
export const ModelField = { operatorCodes: 1, subgraphs: 2, buffers: 4 } as const;
export const CodeField = { oldCode: 0, customCode: 1, code: 3 } as const;
export const GraphField = { tensors: 0, inputs: 1, outputs: 2, operators: 3 } as const;
export const TensorField = {
  shape: 0,
  type: 1,
  buffer: 2,
  name: 3,
  quantization: 4,
  sparsity: 6,
  signature: 7,
} as const;
export const QuantizationField = { scale: 2, zeroPoint: 3, axis: 6 } as const;
export const OperatorField = { code: 0, inputs: 1, outputs: 2, options: 4 } as const;
export const BufferField = { data: 0, offset: 1, size: 2 } as const;

/** Kinds of numbers by their codes. */
export const numberTypes: Readonly<Record<number, NumberType>> = {
  0: 'float32',
  1: 'float16',
  2: 'int32',
  3: 'uint8',
  4: 'int64',
  6: 'bool',
  7: 'int16',
  9: 'int8',
  10: 'float64',
  12: 'uint64',
  15: 'uint32',
  16: 'uint16',
};

/** Names of operations in the order of their codes; those of later codes are rare. */
export const operationNames = (
  'ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR ' +
  'FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION ' +
  'LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH ' +
  'CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER ' +
  'BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE ' +
  'BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ' +
  'ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE ' +
  'TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK ' +
  'LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD ' +
  'RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N ' +
  'GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE ' +
  'NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL ' +
  'PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE ' +
  'HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ' +
  'ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU ' +
  'DYNAMIC_UPDATE_SLICE RELU_0_TO_1'
).split(' ');

/** An option by its place: a whole number, one of a byte, a real number or a list of whole numbers. */
type Option = readonly [field: number, kind: 'int' | 'byte' | 'float' | 'ints', fallback?: number];

type Options = Readonly<Record<string, Option>>;

const window: Options = { padding: [0, 'byte'], stride_w: [1, 'int'], stride_h: [2, 'int'] };
const fused: Options = { activation: [0, 'byte'] };

/** The options of the operations that are read, by their names in the schema. */
export const operationOptions: Readonly<Record<string, Options>> = {
  CONV_2D: { ...window, activation: [3, 'byte'], dilation_w: [4, 'int', 1], dilation_h: [5, 'int', 1] },
  DEPTHWISE_CONV_2D: { ...window, activation: [4, 'byte'], dilation_w: [5, 'int', 1], dilation_h: [6, 'int', 1] },
  TRANSPOSE_CONV: { ...window, activation: [3, 'byte'] },
  AVERAGE_POOL_2D: { ...window, filter_w: [3, 'int'], filter_h: [4, 'int'], activation: [5, 'byte'] },
  MAX_POOL_2D: { ...window, filter_w: [3, 'int'], filter_h: [4, 'int'], activation: [5, 'byte'] },
  FULLY_CONNECTED: { ...fused, weights_format: [1, 'byte'], keep_num_dims: [2, 'byte'] },
  CONCATENATION: { axis: [0, 'int'], activation: [1, 'byte'] },
  ADD: fused,
  SUB: fused,
  MUL: fused,
  DIV: fused,
  RESHAPE: { new_shape: [0, 'ints'] },
  SQUEEZE: { squeeze_dims: [0, 'ints'] },
  LEAKY_RELU: { alpha: [0, 'float'] },
  MEAN: { keep_dims: [0, 'byte'] },
  REDUCE_MAX: { keep_dims: [0, 'byte'] },
  RESIZE_BILINEAR: { align_corners: [2, 'byte'], half_pixel_centers: [3, 'byte'] },
  RESIZE_NEAREST_NEIGHBOR: { align_corners: [0, 'byte'], half_pixel_centers: [1, 'byte'] },
  STRIDED_SLICE: { shrink_axis_mask: [4, 'int'] },
};
