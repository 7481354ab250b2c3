using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// GPT-2 small with random weights as it reads: a prompt of 512 tokens at once, and one token more. The token must bring every weight
/// from memory once, so that bandwidth limits it.
/// </summary>
internal static class GptReading
{
    private const int Tokens = 512;
    private const double Tolerance = 1e-3;

    private static readonly GptConfig Form = GptSizes.Find("gpt2");

    private static readonly double BlockWeights = 12.0 * Form.Layers * Form.Width * Form.Width;

    private static readonly double OutputWeights = (double)Form.VocabSize * Form.Width;

    private static readonly double AttentionFlops = 2.0 * Tokens * Tokens * Form.Width * Form.Layers; // a token sees those before it

    public static StepBenchmark Prompt { get; } = new(
        "prefill", $"gpt2 1x{Tokens}", 2 * (Tokens * BlockWeights + OutputWeights) + AttentionFlops, CreatePrompt);

    public static StepBenchmark Token { get; } = new("decode", $"gpt2 1x1 after {Tokens}", 2 * (BlockWeights + OutputWeights), CreateToken)
    {
        Bytes = sizeof(float) * (BlockWeights + OutputWeights + 2.0 * Tokens * Form.Width * Form.Layers), // weights, keys and values
    };

    private static int[] Ids => [.. Enumerable.Range(0, Tokens).Select(place => place * 97 % Form.VocabSize)];

    private static TimedStep CreatePrompt(Device device)
    {
        var (model, decoder) = Create(device);
        return new(() => decoder.Begin([Ids]), () => Check(decoder), decoder, model);
    }

    private static TimedStep CreateToken(Device device)
    {
        var (model, decoder) = Create(device);
        decoder.Begin([Ids]);
        return new(() => decoder.ReadLast(), () => Check(decoder), decoder, model); // the last one again, at its place
    }

    private static (GptModel Model, GptDecoder Decoder) Create(Device device)
    {
        var model = new GptModel(device, Form, seed: 1);
        return (model, new(device, model, texts: 1));
    }

    // The last token, read alone, must have the logits that it has with the others.
    private static string? Check(GptDecoder decoder)
    {
        var whole = decoder.Begin([Ids]).ToArray();
        var worst = decoder.ReadLast().Zip(whole, (alone, together) => Math.Abs(alone - together)).Max();
        return worst < Tolerance ? null : $"a token read alone has logits that are {worst} off";
    }
}
