namespace GpuSeq.Models;

/// <summary>A folder with the files of MNIST, or of data sets made like it: images and labels to learn from and to measure on.</summary>
public static class ImageFolder
{
    /// <summary>The images to learn from: <c>train-images-idx3-ubyte</c> and <c>train-labels-idx1-ubyte</c>, each plain or <c>.gz</c>.</summary>
    /// <exception cref="DataException">A file is missing or broken; names it.</exception>
    public static ImageSet ReadTrain(string folder) => Read(folder, "train") ?? throw new DataException(
        folder, Directory.Exists(folder) ? "it holds no train-images-idx3-ubyte, nor one with .gz" : "there is no such folder");

    /// <summary>The images to measure on: <c>t10k-images-idx3-ubyte</c> and <c>t10k-labels-idx1-ubyte</c>.</summary>
    /// <returns>Null where the folder has neither.</returns>
    /// <exception cref="DataException">One of the two is missing, or broken.</exception>
    public static ImageSet? ReadTest(string folder) => Read(folder, "t10k");

    /// <summary>The images to measure a trained model on: those for it, or else those to learn from.</summary>
    /// <exception cref="DataException">A file is missing or broken.</exception>
    public static ImageSet ReadToMeasure(string folder) => ReadTest(folder) ?? ReadTrain(folder);

    private static ImageSet? Read(string folder, string part)
    {
        var (images, labels) = (Find(folder, $"{part}-images-idx3-ubyte"), Find(folder, $"{part}-labels-idx1-ubyte"));
        if (images is null && labels is null)
            return null;
        if (images is null || labels is null)
        {
            throw new DataException(
                folder, $"it holds {Path.GetFileName(images ?? labels)}, but no {part}-{(images is null ? "images-idx3" : "labels-idx1")}-ubyte");
        }
        var (sizes, pixels) = IdxFile.Read(images, dimensions: 3);
        var (count, classes) = IdxFile.Read(labels, dimensions: 1);
        return count[0] == sizes[0]
            ? new(sizes[1], sizes[2], pixels, classes, images)
            : throw new DataException(labels, $"it holds {count[0]} labels for the {sizes[0]} images of {Path.GetFileName(images)}");
    }

    private static string? Find(string folder, string name) =>
        new[] { name, $"{name}.gz" }.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
}
