using System.Text.Json;
using GpuSeq.Engine;
using GpuSeq.Models;
using static GpuSeq.Cli.Tests.CommandTests;

namespace GpuSeq.Cli.Tests;

/// <summary><c>gpuseq fill-mask</c> on a folder in the Hub's layout.</summary>
public sealed class FillMaskCommandTests : FolderTests
{
    private const string Text = "Paris is the [MASK] of France.";

    [SetUp]
    public void WriteModel()
    {
        using var device = Device.Open();
        var encoder = TextEncoder.Of(WordPiece.Train(["Paris is the capital of France. Rome is the capital of Italy."], 60));
        var config = new BertConfig { VocabSize = encoder.Tokenizer.Count, Width = 16, Layers = 1, Heads = 2, Inner = 24, Positions = 64 };
        using var model = new BertModel<MaskedLanguageHead>(device, config, seed: 1);
        BertFiles.Save(model, new(Folder));
        encoder.Save(Folder);
    }

    [Test]
    public void AFolderOfTheHub_FillsMasks()
    {
        var (exit, output, error) = Run("fill-mask", Folder, Text, "--count", "2");
        var masks = JsonDocument.Parse(Run("fill-mask", Folder, Text, "--json").Out).RootElement[0].GetProperty("masks");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(
                output.Trim().Split('\n'), Has.Length.EqualTo(2).And.All.Matches("^0\\.[0-9]{4}\t[^\t]+\tparis is the.*of france"));
            Assert.That(masks[0].GetArrayLength(), Is.EqualTo(5));
            Assert.That(masks[0][0].GetProperty("probability").GetDouble(), Is.GreaterThan(0));
        }
    }

    [Test]
    public void ATextWithoutAMask_IsOneLine()
    {
        var (exit, _, error) = Run("fill-mask", Folder, "Paris.");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error.Trim(), Is.EqualTo("gpuseq: 'Paris.': it holds no [MASK]."));
        }
    }
}
