using System.Reflection;
using System.Text;
using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>
/// The function that a launch calls: it puts the leaves of the arguments together, finds the index of an implicitly grouped
/// kernel's item, and calls the kernel.
/// </summary>
internal sealed class KernelEntry(KernelProgram program, MethodInfo kernel, Function function, bool isExplicit)
{
    private const int MaxLanes = 1024;

    private readonly List<string> _parameters = [];
    private readonly StringBuilder _body = new();

    private bool IsOpenCL => program.Options.Dialect == Dialect.OpenCL;

    public string Write(string name)
    {
        var arguments = new List<string>();
        var parameters = kernel.GetParameters();
        var first = isExplicit ? 0 : 1;
        if (!isExplicit)
            arguments.Add(WriteIndex(parameters[0].ParameterType));
        for (var i = first; i < parameters.Length; i++)
            arguments.Add(WriteArgument(parameters[i], i));
        if (function.NeedsTeam)
        {
            WriteTeam();
            arguments.Insert(0, "team");
        }
        _body.Append($"    {function.Name}({string.Join(", ", arguments)});\n");
        var head = IsOpenCL ? "__kernel void" : "extern \"C\" __global__ void";
        return $"{head} {name}({string.Join(", ", _parameters)})\n{{\n{_body}}}\n";
    }

    private string WriteIndex(Type type)
    {
        var dimensions = type == typeof(Index1D) ? 1 : type == typeof(Index2D) ? 2 : 3;
        string[] extents = ["extent_x", "extent_y", "extent_z"];
        _parameters.AddRange(extents.Take(dimensions).Select(extent => $"i32 {extent}"));
        var index = program.Types.Name(new(type));
        var size = string.Join(" * ", extents.Take(dimensions).Select(extent => $"(i64){extent}"));
        _body.Append(IsOpenCL
            ? "    i64 item = get_global_id(0);\n"
            : "    i64 item = (i64)blockIdx.x * blockDim.x + threadIdx.x;\n");
        _body.Append($"    if (item >= {size}) return;\n    {index} index;\n");
        var fields = ArgumentLeaf.FieldsOf(type).Select(TypeWriter.Field).ToArray();
        var rest = "item";
        for (var i = 0; i < dimensions; i++)
        {
            var last = i == dimensions - 1;
            _body.Append($"    index.{fields[i]} = (i32)({rest}{(last ? "" : $" % {extents[i]}")});\n");
            rest = $"({rest} / {extents[i]})";
        }
        return "index";
    }

    private string WriteArgument(ParameterInfo argument, int number)
    {
        var type = CType.All(argument.ParameterType, Space.Global);
        var variable = $"a{number}";
        var leaves = ArgumentLeaf.Of(argument.ParameterType);
        if (leaves is [{ Path.Count: 0, IsView: false }])
        {
            _parameters.Add($"{program.Types.Name(type)} {variable}");
            return variable;
        }
        _body.Append($"    {program.Types.Name(type)} {variable};\n");
        for (var i = 0; i < leaves.Count; i++)
        {
            var place = string.Join('.', leaves[i].Path.Select(TypeWriter.Field).Prepend(variable));
            var name = $"{variable}_{i}";
            if (!leaves[i].IsView)
            {
                _parameters.Add($"{program.Types.Name(new(leaves[i].Type))} {name}");
                _body.Append($"    {place} = {name};\n");
                continue;
            }
            var element = program.Types.Name(new(leaves[i].Type.GetGenericArguments()[0]));
            var (parameter, pointer) = IsOpenCL
                ? ($"__global u8* {name}, i64 {name}_offset", $"(__global {element}*)({name} + {name}_offset)")
                : ($"{element}* {name}", name);
            _parameters.Add($"{parameter}, i64 {name}_length");
            _body.Append($"    {place}.p = {pointer};\n    {place}.length = {name}_length;\n");
        }
        return variable;
    }

    private void WriteTeam()
    {
        var shared = IsOpenCL ? "__local" : "__shared__";
        var aligned = IsOpenCL ? "__attribute__((aligned(16)))" : "__align__(16)";
        _body.Append("    Team team;\n    team.memory = 0; team.dynamic = 0; team.dynamic_bytes = 0; team.exchange = 0;\n");
        if (function.SharedBytes > 0)
            _body.Insert(0, $"    {shared} {aligned} u8 team_memory[{function.SharedBytes}];\n").Append("    team.memory = team_memory;\n");
        if (function.Exchanges)
            _body.Insert(0, $"    {shared} u64 team_exchange[{MaxLanes}];\n").Append("    team.exchange = team_exchange;\n");
        if (!function.UsesDynamic)
            return;
        _parameters.Add("i32 dynamic_bytes");
        if (IsOpenCL)
            _parameters.Add("__local u8* team_dynamic");
        else
            _body.Insert(0, "    extern __shared__ __align__(16) u8 team_dynamic[];\n");
        _body.Append("    team.dynamic = team_dynamic;\n    team.dynamic_bytes = dynamic_bytes;\n");
    }
}
