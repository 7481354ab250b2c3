using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train gpt</c>.</summary>
internal static class TrainGptCommand
{
    private const int SampleLength = 300;

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            GptTask.Name, "A Transformer learns to write text by characters, bytes or pieces of words (GPT-1, 2 and 3).");
        var training = new TrainingArguments(command, "A text file, or a folder of .txt files; without it, a small play.", new()
        {
            Epochs = 10,
            Batch = 16,
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 2e-3f,
            Beta2 = 0.99,
            Schedule = "cosine,warmup=0.03",
            WeightDecay = 0.1f,
        });
        var tokenizer = CommonOptions.Choice(
            "--tokenizer", "What texts are cut into: pieces of words that are learned from them, characters or bytes.", TokenizerKind.Char);
        var vocabulary = CommonOptions.Number("--vocab-size", "The most tokens that bpe learns.", new GptRun().VocabSize, 258);
        var size = new Option<string>("--size")
        {
            Description = $"The form of the model: {string.Join(", ", GptSizes.Names)}. The options below change parts of it.",
            HelpName = "NAME",
            DefaultValueFactory = _ => GptSizes.Mini,
        };
        size.AcceptOnlyFromAmong([.. GptSizes.Names]);
        var width = CommonOptions.OptionalNumber("--width", "The length of a token's vector.", 1);
        var layers = CommonOptions.OptionalNumber("--layers", "Blocks stacked on each other.", 1);
        var heads = CommonOptions.OptionalNumber("--heads", "Heads of attention; they divide the width.", 1);
        var context = CommonOptions.OptionalNumber("--context", "How many tokens the model sees.", 1);
        var dropout = CommonOptions.Number(
            "--dropout", "The share of values that is dropped of vectors and of what each sublayer computes.", 0.1f, 0f, 0.99f);
        var attentionDropout = CommonOptions.Number(
            "--attention-dropout", "The share of attention's weights that is dropped; it slows training down.", 0f, 0f, 0.99f);
        training.Add(tokenizer, vocabulary, size, width, layers, heads, context, dropout, attentionDropout);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new GptRun
            {
                Tokenizer = start.Choice<TokenizerKind>(tokenizer),
                VocabSize = start.Get(vocabulary),
            });
            var form = GptSizes.Find(start.Get(size));
            var config = start.Config(GptConfig.Load, form with
            {
                VocabSize = 1, // these three are taken from the text
                BosTokenId = null,
                EosTokenId = null,
                Width = start.Get(width) ?? form.Width,
                Layers = start.Get(layers) ?? form.Layers,
                Heads = start.Get(heads) ?? form.Heads,
                Context = start.Get(context) ?? form.Context,
                ResidualDropout = start.Get(dropout),
                EmbeddingDropout = start.Get(dropout),
                AttentionDropout = start.Get(attentionDropout),
            });
            if (config.Width % config.Heads != 0)
                throw new WrongCallException(
                    $"--heads {config.Heads} do not divide --width {config.Width}. 'gpuseq train gpt --help' shows how it is called.");
            using var device = start.OpenDevice();
            var corpus = GptCorpus.Read(recipe, start.IsResumed ? Tokenizers.Load(start.Run.Path) : null);
            using var task = new GptTask(device, corpus, config, start.Options);
            var result = start.Train(output, task, recipe);
            if (!result.IsInterrupted && !start.IsJson)
            {
                output.Out.WriteLine("a sample:");
                output.Out.WriteLine(start.Sample(device, SampleLength));
            }
            return start.Finish(output, result);
        });
        return command;
    }
}
