namespace GpuSeq.Models;

/// <summary>What a file of a data set is for.</summary>
internal enum DataPart
{
    /// <summary>It does not say.</summary>
    None,

    /// <summary>To learn from.</summary>
    Train,

    /// <summary>To choose models by.</summary>
    Dev,

    /// <summary>To be left alone until the end.</summary>
    Test,
}

/// <summary>Tells the parts of a data set apart.</summary>
internal static class DataParts
{
    /// <summary>What a file is for, by the name of its folder or, at the top, by its own.</summary>
    public static DataPart Of(DataFile file) => (file.Parts.Length > 1 ? file.Parts[0] : Path.GetFileNameWithoutExtension(file.Name))
        .ToLowerInvariant() switch
    {
        "train" or "training" => DataPart.Train,
        "dev" or "val" or "valid" or "validation" => DataPart.Dev,
        "test" => DataPart.Test,
        _ => DataPart.None,
    };
}
