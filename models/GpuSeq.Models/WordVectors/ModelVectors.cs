using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>The word vectors of trained models, and of files of word2vec.</summary>
public static class ModelVectors
{
    private static readonly Dictionary<string, Func<RunFolder, WordVectorTable>> Families = new()
    {
        [NnlmConfig.Type] = run => Read(run, "embedding.weight"),
        [Word2VecConfig.Type] = run => Read(run, "input.weight"),
    };

    /// <summary>Loads the vectors of a run or model folder, or of a file in one of the forms of <see cref="Word2VecFile"/>.</summary>
    /// <exception cref="DataException">There is no such file or folder, or it holds no word vectors.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read.</exception>
    public static WordVectorTable Load(string path)
    {
        if (!Directory.Exists(path))
            return Word2VecFile.Read(path);
        var run = new RunFolder(path);
        var type = JsonFile.TypeOf(run.Config);
        return Families.TryGetValue(type, out var load)
            ? load(run)
            : throw new DataException(run.Config, $"a model of type '{type}' has no vectors of words");
    }

    /// <summary>Reads the parameter that holds a vector for each word of a vocabulary.</summary>
    internal static WordVectorTable Read(RunFolder run, string parameter)
    {
        var vocabulary = Vocabulary.Load(run.File(Word2VecTask.VocabularyFile));
        using var file = SafeTensorsFile.Open(run.Model);
        var table = file.Find(parameter);
        return table.Shape.Length == 2 && table.Shape[0] == vocabulary.Count
            ? WordVectorTable.Of(vocabulary, file.ReadFloats(parameter), run.Model)
            : throw new DataException(run.Model, $"'{parameter}' is {table} where there are {vocabulary.Count} words");
    }
}
