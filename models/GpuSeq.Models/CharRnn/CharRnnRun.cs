namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which text, and how it is cut.</summary>
public sealed record CharRnnRun
{
    /// <summary>The text file; null for the built-in text.</summary>
    public string? Data { get; init; }

    /// <summary>T, characters through which gradients go back.</summary>
    public int SequenceLength { get; init; } = 64;

    /// <summary>Reads the file of a run.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static CharRnnRun Load(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var recipe = run.LoadRecipe<CharRnnRun>();
        return recipe.SequenceLength > 0 ? recipe : throw new DataException(run.Path, "sequence_length is not positive");
    }

    /// <summary>Writes the file of a run.</summary>
    public void Save(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.SaveRecipe(this);
    }
}
