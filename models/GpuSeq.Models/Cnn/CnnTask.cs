using System.Globalization;
using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains a convolutional network to tell the classes of images apart.</summary>
public sealed class CnnTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "cnn";

    private const int MostSamples = 8;

    private readonly ImageBatches _train;
    private readonly CnnEvaluator _validation;

    /// <summary>Makes a model for images.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="images">The images to learn from.</param>
    /// <param name="config">The form of the model; the size of the images and the classes are taken from them.</param>
    /// <param name="batch">B, images of a step.</param>
    /// <param name="seed">Of the first values, the split and the order.</param>
    /// <param name="validation">Images to measure on; null to hold back a tenth of the first.</param>
    /// <exception cref="DataException">There are too few images, or those to measure on differ in size or have other classes.</exception>
    public CnnTask(Device device, ImageSet images, CnnConfig config, int batch, ulong seed, ImageSet? validation = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(config);
        int[] learned = [.. Enumerable.Range(0, images.Count)];
        int[]? held = null;
        if (validation is null)
        {
            if (images.Count < 10)
                throw new DataException(images.Source, $"of {images.Count} images no tenth can be held back");
            (held, learned) = new SplitMix64(seed).HoldBack(learned, images.Count / 10);
        }
        config = config with
        {
            Height = images.Height,
            Width = images.Width,
            Classes = [.. Enumerable.Range(0, images.Classes).Select(number => number.ToString(CultureInfo.InvariantCulture))],
        };
        _train = new(config, images, learned, batch, seed);
        Device = device;
        Model = new(device, config, seed);
        _validation = new(device, Model, validation ?? images, held);
    }

    /// <summary>The model.</summary>
    public CnnModel Model { get; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => "images";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Model.Forward(graph.Input(batch[0])).CrossEntropy(graph.Input(batch[1]));
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step) => _validation.Mistakes.Take(MostSamples).Select(mistake => new Sample(
        step, $"image {mistake.Image} of {Path.GetFileName(_validation.Images.Source)}", Model.Config.Classes[mistake.Said],
        Model.Config.Classes[mistake.Expected]));

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures()
    {
        yield return ConfusionPicture.Of(_validation.Scores);
        if (_validation.Mistakes.Count > 0)
            yield return CnnPictures.Mistakes(_validation.Images, _validation.Mistakes, Model.Config.Classes);
    }

    /// <inheritdoc/>
    public void SaveModelFiles(string folder) => Model.Config.Save(Path.Combine(folder, "config.json"));

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        Model.Dispose();
    }
}
