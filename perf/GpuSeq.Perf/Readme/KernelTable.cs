using System.Text;
using GpuSeq.Kernels.Validation;

namespace GpuSeq.Perf.Readme;

/// <summary>The README's table of kernels: a row for each family, with links to its files.</summary>
internal static class KernelTable
{
    public const string Block = "kernels";

    private const string Folder = "kernels/GpuSeq.Kernels";

    private static readonly string[] Reductions = ["ReductionRows", "ReductionColumns", "ReductionArgMax", "ReductionGradients"];

    // What does not follow the rule: rows in <Family>Rows.cs, groups in <Family>Groups.cs, one definition and one sweep, and files
    // named as the family.
    private static readonly Dictionary<string, Files> Exceptions = new()
    {
        ["Gemm"] = new("Gemm", ["GemmDirect", "GemmThin", "GemmPanels", "GemmSplit"], ["GemmTiled"]) { MoreCases = ["GemmBatched"] },
        ["Attention"] = new(
            "Attention", ["AttentionForward", "AttentionBackward", "AttentionQueries"], ["AttentionGroups", "AttentionBackwardGroups"]),
        ["LayerNorm"] = new("LayerNorm", ["LayerNormRows"], ["LayerNormGroups"]) { MoreCases = ["LayerNormResidual"] },
        ["Losses"] = Files.OfOne("Loss", "LossKernels"),
        ["Activations"] = Files.OfOne("Activation", "ActivationKernels"),
        ["Elementwise"] = Files.OfOne("Elementwise", "ElementwiseKernels", "FunctionKernels", "WhereKernels") with
        {
            MoreReferences = ["Function"],
            MoreCases = ["Function", "Where"],
        },
        ["Layout"] = new("Layout", ["LayoutRows", "GatherKernels", "PlacementKernels"], ["LayoutGroups", "GatherKernels", "PlacementKernels"])
        {
            MoreReferences = ["Gather", "Placement"],
            MoreCases = ["Gather", "Placement"],
        },
        ["Reduction"] = new("Reduction", [.. Reductions, "TopKRows"], [.. Reductions, "TopKGroups"]) { MoreCases = ["Axis"] },
        ["RecurrentCells"] = Files.OfOne("Recurrent", "RnnCell", "LstmCell", "GruCell", "OriginalGruCell") with
        {
            MoreReferences = ["RecurrentStack"],
            MoreCases = ["RecurrentStep", "RecurrentStack"],
        },
        ["Random"] = new("Random", ["RandomKernels", "SamplingRows"], ["RandomKernels", "SamplingGroups"])
        {
            MoreReferences = ["Sampling"],
            MoreCases = ["Sampling"],
        },
        ["Dropout"] = Files.OfOne("Dropout", "Dropout") with { Reference = "Random" },
        ["Convolution"] = new("Convolution", ["ConvolutionRows", "ConvolutionInputRows", "ConvolutionWeightRows"], ["ConvolutionGroups"]),
        ["WordVectors"] = new("WordVector", ["WordVectorRows"], ["WordVectorGroups"]),
        ["LowPrecision"] = new(
            "LowPrecision", ["LowPrecisionRows", "LowPrecisionConversion"], ["LowPrecisionGroups", "LowPrecisionConversion"]),
        ["Optimizers"] = Files.OfOne("Optimizer", "OptimizerKernels", "StepControlKernels", "WeightAverageKernels") with
        {
            MoreCases = ["StepControl"],
        },
    };

    /// <summary>The table.</summary>
    public static string Write()
    {
        var table = new StringBuilder();
        table.Append("| family | forward | backward | CPU | GPU-shaped | reference | test | bench |\n");
        table.Append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var family in KernelCases.Families)
            table.Append(Row(family)).Append('\n');
        return table.ToString();
    }

    private static string Row(KernelFamily family)
    {
        var files = Exceptions.GetValueOrDefault(family.Name)
            ?? new(family.Name, [$"{family.Name}Rows"], [$"{family.Name}Groups"]);
        var (backward, forward) = (family.Kernels.Where(IsBackward), family.Kernels.Where(kernel => !IsBackward(kernel)));
        var references = files.MoreReferences.Prepend(files.Reference).Select(name => $"{name}Reference");
        var cases = files.MoreCases.Prepend(files.Cases).Select(name => $"{name}Cases");
        return $"| [{family.Name}]({Folder}/{family.Name}) | {Names(forward)} | {Names(backward)} "
            + $"| {Links(family.Name, files.Rows, "rows")} | {Links(family.Name, files.Groups, "groups")} "
            + $"| {Links("Reference", [.. references], "definition")} | {Links("Validation", [.. cases], "cases")} "
            + $"| {(family.Benchmarks.Any() ? "yes" : "")} |";
    }

    private static bool IsBackward(string kernel) => kernel.EndsWith("-backward", StringComparison.Ordinal);

    private static string Names(IEnumerable<string> kernels) => string.Join(", ", kernels.Select(kernel => $"`{kernel}`"));

    // Several files show their names.
    private static string Links(string folder, string[] files, string word) => string.Join(
        ", ", files.Select(file => $"[{(files.Length == 1 ? word : file)}]({Folder}/{folder}/{file}.cs)"));

    private sealed record Files(string Cases, string[] Rows, string[] Groups)
    {
        public string Reference { get; init; } = Cases;

        public string[] MoreReferences { get; init; } = [];

        public string[] MoreCases { get; init; } = [];

        // Both forms stand in the same files.
        public static Files OfOne(string cases, params string[] kernels) => new(cases, kernels, kernels);
    }
}
