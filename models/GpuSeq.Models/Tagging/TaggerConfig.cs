using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>How a tagger sees the characters of a word.</summary>
public enum CharacterFeatures
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The maxima of a convolution (Ma and Hovy 2016).</summary>
    Cnn,

    /// <summary>The last states of an LSTM in either direction (Lample et al. 2016).</summary>
    Lstm,
}

/// <summary>The form of a tagger.</summary>
public sealed record TaggerConfig
{
    /// <summary>What <c>config.json</c> says of every tagger.</summary>
    public const string Type = "tagger";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>The number of words; taken from the data.</summary>
    public int VocabSize { get; init; }

    /// <summary>The number of characters; taken from the data.</summary>
    public int CharacterVocabSize { get; init; }

    /// <summary>The number of shapes of words; taken from the data.</summary>
    public int ShapeVocabSize { get; init; }

    /// <summary>K tags in the order of their numbers, in the scheme BIO; taken from the data.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The length of a word's vector.</summary>
    public int EmbeddingSize { get; init; } = 100;

    /// <summary>The length of the vector of a word's shape, such as Xx; 0 for none.</summary>
    public int ShapeSize { get; init; } = 16;

    /// <summary>How it sees the characters of a word.</summary>
    public CharacterFeatures Characters { get; init; } = CharacterFeatures.Cnn;

    /// <summary>The length of a character's vector.</summary>
    public int CharacterSize { get; init; } = 30;

    /// <summary>Filters of the convolution over characters, or the states of both directions of the LSTM together.</summary>
    public int CharacterHidden { get; init; } = 50;

    /// <summary>Characters of a word that are seen; of longer words the first and the last half of them.</summary>
    public int MaxWordLength { get; init; } = 20;

    /// <summary>H, the size of the state in each direction.</summary>
    public int HiddenSize { get; init; } = 100;

    /// <summary>Layers stacked on each other.</summary>
    public int NumLayers { get; init; } = 1;

    /// <summary>The share of the features of words, and of states, that is dropped in training.</summary>
    public float Dropout { get; init; } = 0.5f;

    /// <summary>Whether tags are said together, by a conditional random field, rather than each by itself.</summary>
    public bool Crf { get; init; } = true;

    /// <summary>Whether only tags are said that the scheme BIO allows to stand together.</summary>
    public bool OnlyValid { get; init; } = true;

    /// <summary>Reads the file of a model folder.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static TaggerConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<TaggerConfig>(path, Type);
        int[] sizes = [config.VocabSize, config.EmbeddingSize, config.HiddenSize, config.NumLayers, config.Tags.Count];
        return sizes.All(size => size > 0) ? config : throw new DataException(path, "a size is not positive, or there are no tags");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
