using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>What foretells what.</summary>
public enum Word2VecKind
{
    /// <summary>A word foretells each of the words around it.</summary>
    SkipGram,

    /// <summary>The mean of the words around it foretells a word: continuous bag of words.</summary>
    Cbow,
}

/// <summary>The form of word vectors, and how they read a text.</summary>
public sealed record Word2VecConfig
{
    /// <summary>What <c>config.json</c> says of all of them.</summary>
    public const string Type = "word2vec";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>V, the number of words, with the two special ones of <see cref="Vocabulary"/>, which never occur.</summary>
    public required int VocabSize { get; init; }

    /// <summary>C, the length of a vector.</summary>
    public int VectorSize { get; init; } = 100;

    /// <summary>What foretells what.</summary>
    public Word2VecKind Kind { get; init; } = Word2VecKind.SkipGram;

    /// <summary>The most words on each side that belong to the context.</summary>
    public int Window { get; init; } = 5;

    /// <summary>K, words of noise for each target; 0 for the softmax over all words.</summary>
    public int Negatives { get; init; } = 5;

    /// <summary>The share of a text from which on words are left out at random, the more frequent the more often; 0 for none.</summary>
    public double Subsample { get; init; } = 1e-3;

    /// <summary>How texts are cut into words.</summary>
    public CorpusOptions Text { get; init; } = new() { DropsPunctuation = true };

    /// <summary>Reads the file.</summary>
    /// <exception cref="DataException">It is not that of word vectors.</exception>
    public static Word2VecConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<Word2VecConfig>(path, Type);
        return config is { VocabSize: > 2, VectorSize: > 0, Window: > 0, Negatives: >= 0, Subsample: >= 0 }
            ? config
            : throw new DataException(path, "a size is not positive, or a number is negative");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
