/** Models of all other makers. The form of the lines and where they are from: `prices.ts`. */
export const OTHER_PRICES = `
ai21.jamba-1-5-large-v1:0 2 8
ai21.jamba-1-5-mini-v1:0 0.2 0.4
cohere.embed-english-v3 0.1
cohere.embed-multilingual-v3 0.1
cohere.embed-v4:0 0.12
cohere.rerank-v3-5:0 search=0.002
deepseek.r1-v1:0 1.35 5.4
deepseek.v3-v1:0 0.58 1.68
  @ap-northeast-1,ap-southeast-2 0.701666 2.032411
  @ap-south-1 0.682424 1.976678
  @ap-southeast-3 0.6 1.74
  @eu-west-2 0.899985 2.606853
deepseek.v3.1 0.58 1.68
  @ap-northeast-1,ap-southeast-1,ap-southeast-4 0.701666 2.032411
  @ap-south-1 0.682424 1.976678
  @ap-southeast-2 0.5974 1.7304
  @ap-southeast-3 0.6 1.74
  @eu-west-2 0.899985 2.606853
  @sa-east-1 0.696 2.016
deepseek.v3.2 0.62 1.85
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-north-1,sa-east-1 0.74 2.22
  @ap-southeast-2 0.64 1.91
  @eu-west-2 0.961 2.8675
google.gemma-3-12b-it 0.09 0.29
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.11 0.35
  @ap-south-1,eu-south-1,eu-west-1 0.11 0.34
  @eu-west-2 0.14 0.45
google.gemma-3-27b-it 0.23 0.38
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.28 0.46
  @ap-south-1,eu-south-1,eu-west-1 0.27 0.45
  @eu-west-2 0.36 0.59
google.gemma-3-4b-it 0.04 0.08
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.05 0.1
  @ap-south-1,eu-south-1,eu-west-1 0.05 0.09
  @eu-west-2 0.06 0.12
google.gemma-4-26b-a4b 0.13 0.4
  @eu-central-1 0.156 0.48
google.gemma-4-31b 0.14 0.4
  @eu-central-1 0.168 0.48
google.gemma-4-e2b 0.04 0.08
  @eu-central-1 0.048 0.096
luma.ray-v2:0 second=0.75
meta.llama3-1-70b-instruct-v1:0 0.72 0.72
meta.llama3-1-8b-instruct-v1:0 0.22 0.22
meta.llama3-3-70b-instruct-v1:0 0.72 0.72
meta.llama3-70b-instruct-v1:0 2.65 3.5
  @ap-south-1 3.18 4.2
  @ca-central-1 3.05 4.03
  @eu-west-2 3.45 4.55
meta.llama3-8b-instruct-v1:0 0.3 0.6
  @ap-south-1 0.36 0.72
  @ca-central-1 0.35 0.69
  @eu-west-2 0.39 0.78
meta.llama4-maverick-17b-instruct-v1:0 0.24 0.97
meta.llama4-scout-17b-instruct-v1:0 0.17 0.66
minimax.minimax-m2 0.3 1.2
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.36 1.45
  @ap-south-1,eu-south-1,eu-west-1 0.35 1.41
  @eu-west-2 0.47 1.86
minimax.minimax-m2.1 0.3 1.2
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-central-1,eu-north-1,eu-south-1,eu-west-1,sa-east-1 0.36 1.44
  @ap-southeast-2 0.31 1.24
  @eu-west-2 0.47 1.86
minimax.minimax-m2.5 0.3 1.2
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-central-1,eu-north-1,eu-south-1,eu-west-1,sa-east-1 0.36 1.44
  @ap-southeast-2 0.31 1.24
  @eu-west-2 0.47 1.86
mistral.devstral-2-123b 0.4 2
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-central-1,eu-north-1,eu-south-1,eu-west-1,sa-east-1 0.48 2.4
  @ap-southeast-2 0.41 2.06
  @eu-west-2 0.62 3.1
mistral.magistral-small-2509 0.5 1.5
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.61 1.82
  @ap-south-1,eu-south-1,eu-west-1 0.59 1.76
  @eu-west-2 0.78 2.33
mistral.ministral-3-14b-instruct 0.2 0.2
  @ap-northeast-1,ap-south-1,ap-southeast-2,sa-east-1 0.24 0.24
  @eu-south-1,eu-west-1 0.23 0.23
  @eu-west-2 0.31 0.31
mistral.ministral-3-3b-instruct 0.1 0.1
  @ap-northeast-1,ap-south-1,ap-southeast-2,eu-south-1,eu-west-1,sa-east-1 0.12 0.12
  @eu-west-2 0.16 0.16
mistral.ministral-3-8b-instruct 0.15 0.15
  @ap-northeast-1,ap-south-1,ap-southeast-2,eu-south-1,eu-west-1,sa-east-1 0.18 0.18
  @eu-west-2 0.23 0.23
mistral.mistral-7b-instruct-v0:2 0.15 0.2
  @ap-south-1 0.18 0.24
  @ap-southeast-2,eu-west-2,eu-west-3 0.2 0.26
  @ca-central-1 0.17 0.23
  @eu-west-1 0.16 0.22
  @sa-east-1 0.25 0.34
mistral.mistral-large-2402-v1:0 4 12
  @ap-south-1 4.8 14.4
  @ap-southeast-2,eu-west-2,eu-west-3 5.2 15.6
  @ca-central-1 4.6 13.8
  @eu-west-1 4.3 13
  @sa-east-1 6.7 20.2
mistral.mistral-large-2407-v1:0 2 6
mistral.mistral-large-3-675b-instruct 0.5 1.5
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.61 1.82
  @ap-south-1 0.59 1.76
mistral.mistral-small-2402-v1:0 1 3
mistral.mixtral-8x7b-instruct-v0:1 0.45 0.7
  @ap-south-1 0.54 0.84
  @ap-southeast-2,eu-west-2,eu-west-3 0.59 0.91
  @ca-central-1 0.52 0.81
  @eu-west-1 0.49 0.76
  @sa-east-1 0.76 1.18
mistral.pixtral-large-2502-v1:0 2 6
mistral.voxtral-mini-3b-2507 0.04 0.04
  @ap-northeast-1,ap-south-1,ap-southeast-2,eu-south-1,eu-west-1,sa-east-1 0.05 0.05
  @eu-west-2 0.06 0.06
mistral.voxtral-small-24b-2507 0.1 0.3
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.12 0.36
  @ap-south-1,eu-south-1,eu-west-1 0.12 0.35
  @eu-west-2 0.16 0.47
moonshot.kimi-k2-thinking 0.6 2.5
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.73 3.03
  @ap-south-1 0.71 2.94
moonshotai.kimi-k2-thinking 0.6 2.5
  @ap-northeast-1,ap-southeast-1,ap-southeast-4,sa-east-1 0.73 3.03
  @ap-south-1 0.71 2.94
  @ap-southeast-2 0.618 2.575
  @ap-southeast-3,eu-north-1 0.72 3
  @eu-west-2 0.93 3.875
moonshotai.kimi-k2.5 0.6 3
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-north-1,sa-east-1 0.72 3.6
  @ap-southeast-2 0.62 3.09
  @eu-west-2 0.93 4.65
moonshotai.kimi-k3 3.3 16.5
  global 3 15 0.3 3.75
nvidia.nemotron-nano-12b-v2 0.2 0.6
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.24 0.73
  @ap-south-1 0.24 0.71
  @eu-south-1,eu-west-1 0.23 0.7
  @eu-west-2 0.31 0.93
nvidia.nemotron-nano-3-30b 0.06 0.24
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.07 0.29
  @ap-south-1,eu-south-1,eu-west-1 0.07 0.28
  @eu-west-2 0.09 0.37
nvidia.nemotron-nano-9b-v2 0.06 0.23
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.07 0.28
  @ap-south-1,eu-south-1,eu-west-1 0.07 0.27
  @eu-west-2 0.09 0.36
nvidia.nemotron-super-3-120b 0.15 0.65
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-central-1,eu-north-1,eu-south-1,eu-west-1,sa-east-1 0.18 0.78
  @ap-southeast-2 0.15 0.67
  @eu-west-2 0.23 1.01
qwen.qwen3-235b-a22b-2507 0.22 0.88
  @ap-northeast-1,ap-southeast-1,ap-southeast-4 0.27 1.06
  @ap-south-1 0.26 1.04
  @ap-southeast-2 0.2266 0.9064
  @ap-southeast-3 0.23 0.91
  @eu-central-1,eu-south-1 0.29 1.16
  @eu-west-1,sa-east-1 0.264 1.056
  @eu-west-2 0.34 1.37
qwen.qwen3-235b-a22b-2507-v1:0 0.22 0.88
  @ap-northeast-1,ap-southeast-2 0.27 1.06
  @ap-south-1 0.26 1.04
  @ap-southeast-3 0.23 0.91
  @eu-central-1,eu-south-1 0.29 1.16
  @eu-west-2 0.34 1.37
qwen.qwen3-32b 0.15 0.6
  @ap-northeast-1,ap-southeast-1,ap-southeast-4,sa-east-1 0.18 0.73
  @ap-south-1 0.18 0.71
  @ap-southeast-2 0.1545 0.618
  @ap-southeast-3 0.16 0.62
  @eu-central-1,eu-south-1 0.2 0.79
  @eu-west-1 0.18 0.7
  @eu-west-2 0.23 0.93
qwen.qwen3-32b-v1:0 0.15 0.6
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.18 0.73
  @ap-south-1 0.18 0.71
  @ap-southeast-3 0.16 0.62
  @eu-central-1,eu-south-1 0.2 0.79
  @eu-west-1 0.18 0.7
  @eu-west-2 0.23 0.93
qwen.qwen3-coder-30b-a3b-instruct 0.15 0.6
  @ap-northeast-1,ap-southeast-1,ap-southeast-4,sa-east-1 0.18 0.73
  @ap-south-1 0.18 0.71
  @ap-southeast-2 0.1545 0.618
  @ap-southeast-3 0.16 0.62
  @eu-central-1,eu-south-1 0.2 0.79
  @eu-west-1 0.18 0.7
  @eu-west-2 0.23 0.93
qwen.qwen3-coder-30b-a3b-v1:0 0.15 0.6
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.18 0.73
  @ap-south-1 0.18 0.71
  @ap-southeast-3 0.16 0.62
  @eu-central-1,eu-south-1 0.2 0.79
  @eu-west-1 0.18 0.7
  @eu-west-2 0.23 0.93
qwen.qwen3-coder-480b-a35b-instruct 0.45 1.8
  @ap-northeast-1,ap-southeast-1,ap-southeast-4 0.54 2.18
  @ap-south-1 0.53 2.12
  @ap-southeast-2 0.4635 1.854
  @ap-southeast-3 0.47 1.87
  @eu-west-2 0.7 2.79
  @sa-east-1 0.54 2.16
qwen.qwen3-coder-480b-a35b-v1:0 0.45 1.8
  @ap-northeast-1,ap-southeast-2 0.54 2.18
  @ap-south-1 0.53 2.12
  @ap-southeast-3 0.47 1.87
  @eu-west-2 0.7 2.79
qwen.qwen3-coder-next 0.5 1.2
  @ap-southeast-2 0.52 1.24
  @eu-west-2 0.78 1.86
qwen.qwen3-next-80b-a3b 0.14 1.2
  @ap-northeast-1,ap-south-1,ap-southeast-2 0.18 1.41
  @eu-south-1,eu-west-1,sa-east-1 0.168 1.44
  @eu-west-2 0.217 1.86
qwen.qwen3-next-80b-a3b-instruct 0.14 1.2
  @ap-northeast-1,ap-south-1,ap-southeast-1,ap-southeast-3,ap-southeast-4,eu-central-1,eu-north-1,eu-south-1,eu-west-1,sa-east-1 0.168 1.44
  @ap-southeast-2 0.1442 1.236
  @eu-west-2 0.217 1.86
qwen.qwen3-vl-235b-a22b 0.53 2.66
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.64 3.22
  @ap-south-1 0.62 3.13
  @eu-south-1,eu-west-1 0.62 3.12
  @eu-west-2 0.82 4.12
qwen.qwen3-vl-235b-a22b-instruct 0.53 2.66
  @ap-northeast-1,ap-southeast-1,ap-southeast-4,sa-east-1 0.64 3.22
  @ap-south-1 0.62 3.13
  @ap-southeast-2 0.5459 2.7398
  @ap-southeast-3,eu-central-1,eu-north-1 0.636 3.192
  @eu-south-1,eu-west-1 0.62 3.12
  @eu-west-2 0.82 4.12
stability.sd3-5-large-v1:0 image=0.08
stability.stable-image-core-v1:1 image=0.04
stability.stable-image-ultra-v1:1 image=0.14
stability.stable-conservative-upscale-v1:0 image=0.4
stability.stable-creative-upscale-v1:0 image=0.6
stability.stable-fast-upscale-v1:0 image=0.03
stability.stable-image-control-sketch-v1:0 image=0.07
stability.stable-image-control-structure-v1:0 image=0.07
stability.stable-image-erase-object-v1:0 image=0.07
stability.stable-image-inpaint-v1:0 image=0.07
stability.stable-image-remove-background-v1:0 image=0.07
stability.stable-image-search-recolor-v1:0 image=0.07
stability.stable-image-search-replace-v1:0 image=0.07
stability.stable-image-style-guide-v1:0 image=0.07
stability.stable-outpaint-v1:0 image=0.06
stability.stable-style-transfer-v1:0 image=0.08
twelvelabs.marengo-embed-2-7-v1:0 second=0.00014
twelvelabs.marengo-embed-3-0-v1:0 second=0.00014
twelvelabs.pegasus-1-2-v1:0 second=0.00049 output=7.5
writer.palmyra-vision-7b 0.15 0.6
writer.palmyra-x4-v1:0 2.5 10
writer.palmyra-x5-v1:0 0.6 6
xai.grok-4.3 1.25 2.5 0.2
xai.grok-4.6 2.2 6.6 0.55
  global 2 6 0.5 0
zai.glm-4.7 0.6 2.2
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-north-1,sa-east-1 0.72 2.64
  @ap-southeast-2 0.62 2.27
  @eu-west-2 0.93 3.41
zai.glm-4.7-flash 0.07 0.4
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-central-1,eu-north-1,eu-south-1,eu-west-1,sa-east-1 0.08 0.48
  @ap-southeast-2 0.07 0.41
  @eu-west-2 0.11 0.62
zai.glm-5 1 3.2
  @ap-northeast-1,ap-south-1,ap-southeast-3,eu-north-1,sa-east-1 1.2 3.84
  @ap-southeast-2 1.03 3.3
  @eu-west-2 1.55 4.96
moonshotai.kimi-k3.1 4.4 22 0.22 5.5
  global 4 20 0.2 5
xai.grok-4.7 2.2 6.6 0.55 0
  global 2 6 0.5 0
zai.glm-5.3 1.848 5.808 0.3432 2.31
  global 1.68 5.28 0.312 2.1
ai21.jamba-instruct-v1:0 0.5 0.7
cohere.command-r-v1:0 0.5 1.5
cohere.command-r-plus-v1:0 3 15
meta.llama3-1-405b-instruct-v1:0 2.4 2.4
meta.llama3-2-1b-instruct-v1:0 0.1 0.1
meta.llama3-2-3b-instruct-v1:0 0.15 0.15
meta.llama3-2-11b-instruct-v1:0 0.16 0.16
meta.llama3-2-90b-instruct-v1:0 0.72 0.72
`
