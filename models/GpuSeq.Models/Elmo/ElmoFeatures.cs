using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>The layers of a sentence: the words' own vectors first, then what each LSTM layer makes of them in context.</summary>
/// <param name="Values">[J, T, C], T the words of the sentence.</param>
/// <param name="Layers">J, one more than the model has LSTM layers.</param>
/// <param name="Width">C, the forward model's part and then the backward model's.</param>
public sealed record SentenceFeatures(float[] Values, int Layers, int Width)
{
    /// <summary>T, the words of the sentence.</summary>
    public int Words => Values.Length / (Layers * Width);

    /// <summary>The vector of a word in a layer.</summary>
    public ReadOnlySpan<float> this[int layer, int word] => Values.AsSpan((layer * Words + word) * Width, Width);
}

/// <summary>
/// Vectors of words in their sentences (Peters et al. 2018, section 3.2), by a trained language model of both directions: the
/// state of the forward model that has read up to a word, beside that of the backward model that has read from the end to it.
/// </summary>
public sealed class ElmoFeatures : IDisposable
{
    private const int Batch = 32; // sentences

    private readonly Device _device;
    private readonly ElmoModel _model;

    private ElmoFeatures(Device device, ElmoModel model) => (_device, _model) = (device, model);

    /// <summary>J, the number of layers.</summary>
    public int Layers => _model.Config.NumLayers + 1;

    /// <summary>C, the length of a vector.</summary>
    public int Width => 2 * _model.Config.Projection;

    /// <summary>Loads the best model of a run.</summary>
    /// <exception cref="DataException">The folder holds no such model.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static ElmoFeatures Load(Device device, string folder) => new(device, ElmoModel.Load(device, new(folder)));

    /// <summary>Computes the layers of sentences. They take 4 J C bytes for each word.</summary>
    /// <param name="sentences">The words of each.</param>
    /// <param name="cancellation">Ends it early.</param>
    public IReadOnlyList<SentenceFeatures> Of(
        IReadOnlyList<IReadOnlyList<string>> sentences, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var features = new SentenceFeatures[sentences.Count];
        foreach (var chosen in Enumerable.Range(0, sentences.Count).OrderBy(i => sentences[i].Count).Chunk(Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (place, values) in Compute([.. chosen.Select(i => sentences[i])]).Index())
                features[chosen[place]] = new(values, Layers, Width);
        }
        return features;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _model.Dispose();

    private float[][] Compute(IReadOnlyList<string>[] sentences)
    {
        var steps = PaddedIds.Width(sentences.Max(sentence => sentence.Count) + 1);
        using var graph = _device.BeginGraph(isTraining: false);
        int[] lengths = [.. sentences.Select(sentence => sentence.Count + 1)];
        var (characters, words) = Words(graph, sentences, steps);
        var layers = _model.Forward(characters, words, lengths: graph.Input(lengths, [lengths.Length]));
        float[][] features = [.. sentences.Select(sentence => new float[Layers * sentence.Count * Width])];
        for (var layer = 0; layer < Layers; layer++)
        {
            Place(layers[0][layer].ToArray(), layer, part: 0);
            Place(layers[1][layer].ToArray(), layer, part: 1);
        }
        return features;

        // A boundary comes first in both directions; the words follow, from the last one to the first in the second.
        void Place(float[] values, int layer, int part)
        {
            var width = Width / 2;
            foreach (var (row, sentence) in sentences.Index())
            {
                for (var word = 0; word < sentence.Count; word++)
                {
                    var step = part == 0 ? word + 1 : sentence.Count - word;
                    values.AsSpan((row * steps + step) * width, width)
                        .CopyTo(features[row].AsSpan((layer * sentence.Count + word) * Width + part * width));
                }
            }
        }
    }

    // The different words [N, L], and which of them stand where [2, B, T].
    private (Tensor Characters, Tensor Words) Words(Graph graph, IReadOnlyList<string>[] sentences, int steps)
    {
        var distinct = new DistinctWords(_model.Config.WordCharacters);
        var words = new int[2 * sentences.Length * steps];
        foreach (var (row, sentence) in sentences.Index())
        {
            Write(row, [ElmoText.Boundary, .. sentence]);
            Write(sentences.Length + row, [ElmoText.Boundary, .. sentence.Reverse()]);
        }
        var characters = new HostTensor(ElementType.Int32);
        distinct.Write(characters);
        return (graph.Input(characters), graph.Input(words, [2, sentences.Length, steps]));

        void Write(int row, IEnumerable<string> sentence)
        {
            foreach (var (step, word) in sentence.Index())
                words[row * steps + step] = distinct.RowOf(word);
        }
    }
}
