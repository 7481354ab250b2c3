using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Images as a network takes them: [B, 1, H, W] from 0 to 1, and their classes [B].</summary>
internal sealed class ImageBatches : IBatchSource
{
    private readonly ImageSet _images;
    private readonly int[] _chosen; // of the set
    private readonly EpochOrder _order;

    /// <param name="config">What the images must be like.</param>
    /// <param name="images">The set.</param>
    /// <param name="chosen">The images of the set to take.</param>
    /// <param name="batch">Images of a batch.</param>
    /// <param name="seed">Of the order.</param>
    /// <exception cref="DataException">The images are of another size, or one is of a class that the model does not know.</exception>
    public ImageBatches(CnnConfig config, ImageSet images, int[] chosen, int batch, ulong seed)
    {
        (_images, _chosen) = (images, chosen);
        if ((images.Height, images.Width) != (config.Height, config.Width))
        {
            throw new DataException(
                images.Source, $"its images are {images.Height} x {images.Width}, those of the model {config.Height} x {config.Width}");
        }
        if (images.Classes > config.Classes.Count)
            throw new DataException(images.Source, $"a label is {images.Classes - 1}, but the model knows {config.Classes.Count} classes");
        _order = new(chosen.Length, batch, seed);
    }

    public int BatchesPerEpoch => _order.Batches;

    public Batch NewBatch() => new(ElementType.Float32, ElementType.Int32);

    public int Read(int epoch, int index, Batch batch)
    {
        var places = _order[epoch, index];
        batch[0].Resize([places.Length, 1, _images.Height, _images.Width]);
        batch[1].Resize([places.Length]);
        for (var i = 0; i < places.Length; i++)
        {
            var image = _images[_chosen[places[i]]];
            var pixels = batch[0].Floats[(i * image.Length)..];
            for (var pixel = 0; pixel < image.Length; pixel++)
                pixels[pixel] = image[pixel] / 255f;
            batch[1].Ints[i] = _images.Labels.Span[_chosen[places[i]]];
        }
        return places.Length;
    }

    /// <summary>The image of the set that stands at a place of a batch.</summary>
    public int ImageAt(int epoch, int index, int place) => _chosen[_order[epoch, index][place]];
}
