using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>The options that tell what a pre-training learns from.</summary>
internal sealed class PretrainingArguments
{
    private readonly bool _isElectra;
    private readonly Option<string?> _from = Folder(
        "--from", "Go on with the model of this folder, a run or one of the Hub; its form and its tokenizer stay.");

    private readonly Option<string?> _tokenizer = Folder(
        "--tokenizer", "The folder of a tokenizer; without it, one is learned from the data.");

    private readonly Option<int> _vocabulary = CommonOptions.Number(
        "--vocab-size", "The most pieces of a tokenizer that is learned.", new PretrainingRun().VocabSize, 270);

    private readonly Option<int> _length = CommonOptions.Number(
        "--length", "The most tokens of an example.", new PretrainingRun().Length, PretrainingRun.LeastLength);

    private readonly Option<double> _share = CommonOptions.Number(
        "--mask-share", "The share of the pieces that are foretold.", new MaskingOptions().Share, 0.01, 0.5);

    private readonly Option<string> _unit;
    private readonly Option<int> _versions = CommonOptions.Number(
        "--versions", "In how many versions an example is masked, one in each epoch; 0 for a new one in every epoch.", 0, 0);

    private readonly Option<float?> _dropout = CommonOptions.OptionalNumber(
        "--dropout", "The share of values that is dropped of hidden vectors and of attention (default: 0, or as the folder of --from has it).",
        0f, 0.99f);

    private readonly Option<double> _generator = CommonOptions.Number(
        "--generator-size", "How wide the generator is, as a share of the discriminator.", new PretrainingRun().GeneratorSize, 0.01, 1.0);

    private readonly Option<float> _weight = CommonOptions.Number(
        "--rtd-weight", "Lambda: what the loss of telling replaced tokens is multiplied by.", new PretrainingRun().ReplacementWeight,
        0.001f);

    /// <param name="training">Gets the options.</param>
    /// <param name="modelType">The type of model.</param>
    public PretrainingArguments(TrainingArguments training, string modelType)
    {
        _isElectra = modelType == BertConfig.Electra;
        _unit = CommonOptions.Choice(
            "--mask", "What is masked together: single pieces, all of a word, or one to three words.",
            modelType == BertConfig.Albert ? MaskUnit.Ngram : MaskUnit.Piece);
        training.Add(_from, _tokenizer, _vocabulary, _length, _share, _unit, _versions, _dropout);
        if (_isElectra)
            training.Add(_generator, _weight);
    }

    /// <summary>What the call wants.</summary>
    public PretrainingRun Run(TrainingStart start)
    {
        var masking = new MaskingOptions { Share = start.Get(_share), Unit = start.Choice<MaskUnit>(_unit) };
        return new()
        {
            From = FullPath(start.Get(_from)),
            Tokenizer = FullPath(start.Get(_tokenizer)),
            VocabSize = start.Get(_vocabulary),
            Length = start.Get(_length),
            Versions = start.Get(_versions),
            Dropout = start.Get(_dropout),
            // ELECTRA's generator sees the mask in all places that it foretells (Clark et al. 2020, section 2).
            Masking = _isElectra ? masking with { MaskShare = 1, RandomShare = 0 } : masking,
            GeneratorSize = _isElectra ? start.Get(_generator) : new PretrainingRun().GeneratorSize,
            ReplacementWeight = _isElectra ? start.Get(_weight) : new PretrainingRun().ReplacementWeight,
        };
    }

    private static Option<string?> Folder(string name, string help) => new(name) { Description = help, HelpName = "FOLDER" };

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);
}
