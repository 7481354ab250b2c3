using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>Which data a run learns from and is measured on. Recipes add what else they are told.</summary>
public record RecipeData
{
    /// <summary>The file or folder to learn from; null for the built-in data.</summary>
    public string? Data { get; init; }

    /// <summary>The file or folder to measure on; null to hold back a part of <see cref="Data"/>.</summary>
    public string? Validation { get; init; }

    /// <summary>What is wrong with it, such as a length that is not positive; null if nothing is.</summary>
    [JsonIgnore]
    public virtual string? Fault => null;
}
