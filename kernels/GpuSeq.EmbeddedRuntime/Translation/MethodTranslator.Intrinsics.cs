using System.Diagnostics;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using GpuSeq.EmbeddedRuntime.IL;
using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <content>What devices have themselves. All else of the API is translated from its own instructions down to this.</content>
internal sealed partial class MethodTranslator
{
    private const int SharedAlignment = 16;

    private bool TryIntrinsic(MethodInfo method, Value[] arguments)
    {
        var type = method.DeclaringType!;
        var isGenericView = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>);
        return isGenericView ? TryView(method, arguments)
            : type == typeof(Group) ? TryGroup(method, arguments)
            : type == typeof(Grid) ? TryGrid(method.Name)
            : type == typeof(Warp) ? TryWarp(method, arguments)
            : type == typeof(SharedMemory) ? AllocateShared(method, arguments)
            : type == typeof(LocalMemory) ? AllocateLocal(method, arguments)
            : type == typeof(Math) || type == typeof(MathF) ? TryMath(method, arguments)
            : type == typeof(Atomic) ? TryAtomic(method, arguments)
            : type == typeof(Interlocked) ? TryInterlocked(method, arguments)
            : TryOther(method, type, arguments);
    }

    private bool TryView(MethodInfo method, Value[] arguments)
    {
        var view = arguments[0];
        var type = view.Type.IsPointer ? view.Type.Target : view.Type;
        if (!type.IsView)
            throw Error($"{method.Name} of something that is no view");
        var element = new CType(type.Type.GetGenericArguments()[0]);
        var length = view.Member("length");
        switch (method.Name)
        {
            case "get_Item":
                var index = arguments[1].Type.Type.IsPrimitive ? arguments[1].Text : $"{arguments[1].Text}._X";
                var place = $"{view.Member("p")}[{index}]";
                Push(new(CType.Pointer(element, type.Space), $"(&{place})") { Place = place, Reads = Value.Union(view, arguments[1]) });
                return true;
            case "get_Length":
                Push(typeof(long), length, view);
                return true;
            case "get_IntLength":
                Push(typeof(int), $"((i32){length})", view);
                return true;
            case "get_LengthInBytes":
                Push(typeof(long), $"({length} * {CType.SizeOf(element.Type)})", view);
                return true;
            case "get_ElementSize":
                PushConstant(CType.SizeOf(element.Type));
                return true;
            case "get_IsValid":
                Push(typeof(bool), $"({view.Member("p")} != 0)", view);
                return true;
            case "get_IntExtent":
                PushStructure(typeof(Index1D), $"(i32){length}");
                return true;
            case "get_Extent":
                PushStructure(typeof(LongIndex1D), length);
                return true;
            case "get_BaseView":
                Push(type, view.Deref, view);
                return true;
            case "SubView":
                var rest = arguments.Length == 3 ? arguments[2].Text : $"({length} - {arguments[1].Text})";
                PushView(type, $"{view.Member("p")} + {arguments[1].Text}", rest);
                return true;
            case "Cast":
                var other = method.GetGenericArguments()[0];
                if (!CType.LiesAsInC(other))
                    throw Error($"C lays the fields of {other.Name} out differently");
                var cast = CType.View(other, type.Space);
                var pointer = TypeName(CType.Pointer(new(other), type.Space));
                PushView(cast, $"({pointer}){view.Member("p")}", $"{length} * {CType.SizeOf(element.Type)} / {CType.SizeOf(other)}");
                return true;
            case "op_Implicit":
                return false; // to a view with a stride: translated
            default:
                throw Error($"devices have no ArrayView.{method.Name}");
        }
    }

    private void PushView(CType type, string pointer, string length)
    {
        var name = $"t{_temporaries++}";
        Declare(name, type);
        _text.Append($"    {name}.p = {pointer};\n    {name}.length = {length};\n");
        Push(new(type, name) { IsSimple = true });
    }

    private void PushStructure(Type type, params ReadOnlySpan<string> fields)
    {
        var name = $"t{_temporaries++}";
        var structure = new CType(type);
        Declare(name, structure);
        var i = 0;
        foreach (var field in ArgumentLeaf.FieldsOf(type))
            _text.Append($"    {name}.{TypeWriter.Field(field)} = {fields[i++]};\n");
        Push(new(structure, name) { IsSimple = true });
    }

    private bool TryGroup(MethodInfo method, Value[] arguments)
    {
        switch (method.Name)
        {
            case "get_IdxX" or "get_IdxY" or "get_IdxZ":
                PushSimple(typeof(int), $"LANE({method.Name[^1] - 'X'})");
                return true;
            case "get_DimX" or "get_DimY" or "get_DimZ":
                PushSimple(typeof(int), $"LANES({method.Name[^1] - 'X'})");
                return true;
            case "get_Index":
                PushStructure(typeof(Index3D), "LANE(0)", "LANE(1)", "LANE(2)");
                return true;
            case "get_Dimension":
                PushStructure(typeof(Index3D), "LANES(0)", "LANES(1)", "LANES(2)");
                return true;
            case "get_LinearIndex":
                PushSimple(typeof(int), "LANE_LINEAR()");
                return true;
            case "get_IsFirstThread":
                Push(typeof(bool), "(LANE_LINEAR() == 0)");
                return true;
            case "get_IsLastThread":
                Push(typeof(bool), "(LANE_LINEAR() == LANES_LINEAR() - 1)");
                return true;
            case "Barrier":
                _text.Append("    BARRIER();\n");
                return true;
            case "BarrierPopCount" or "BarrierAnd" or "BarrierOr":
                _needsTeam = true;
                _exchanges |= !IsCuda;
                var count = $"count_lanes(team, {arguments[0].Text})";
                var result = method.Name == "BarrierAnd" ? $"({count} == LANES_LINEAR())"
                    : method.Name == "BarrierOr" ? $"({count} > 0)"
                    : count;
                Effect(new(method.ReturnType), result);
                return true;
            case "Broadcast":
                _exchanges = true;
                var broadcast = Exchanger("broadcast", arguments[0].Type, Prelude.Broadcast);
                Effect(arguments[0].Type, $"{broadcast}(team, {arguments[0].Text}, {arguments[1].Text})");
                return true;
            default:
                return false;
        }
    }

    private bool TryGrid(string name)
    {
        switch (name)
        {
            case "get_IdxX" or "get_IdxY" or "get_IdxZ":
                PushSimple(typeof(int), $"GROUP({name[^1] - 'X'})");
                return true;
            case "get_DimX" or "get_DimY" or "get_DimZ":
                PushSimple(typeof(int), $"GROUPS({name[^1] - 'X'})");
                return true;
            case "get_Index":
                PushStructure(typeof(Index3D), "GROUP(0)", "GROUP(1)", "GROUP(2)");
                return true;
            case "get_Dimension":
                PushStructure(typeof(Index3D), "GROUPS(0)", "GROUPS(1)", "GROUPS(2)");
                return true;
            case "get_LinearIndex":
                PushSimple(typeof(int), "GROUP_LINEAR()");
                return true;
            default:
                return false;
        }
    }

    private void PushSimple(Type type, string text) => Push(new(new(type), text) { IsSimple = true });

    // The name of a function that moves values of a type between lanes.
    private string Exchanger(string verb, CType type, Func<Dialect, string, string, string> text)
    {
        if (CType.SizeOf(type.Type) is not (1 or 2 or 4 or 8) || !type.Type.IsPrimitive && IsCuda)
            throw Error($"lanes cannot exchange values of type {type.Type.Name}");
        _needsTeam = true;
        _exchanges |= !IsCuda;
        var name = TypeName(type);
        return _program.Helper($"{verb}_{name}", helper => text(_program.Options.Dialect, helper, name));
    }

    private bool TryWarp(MethodInfo method, Value[] arguments)
    {
        switch (method.Name)
        {
            case "get_WarpSize":
                PushConstant(_program.Options.WarpSize);
                return true;
            case "get_LaneIdx":
                PushSimple(typeof(int), "(LANE_LINEAR() % WARP_SIZE)");
                return true;
            case "Barrier":
                _text.Append("    WARP_BARRIER();\n");
                return true;
            case "Shuffle" or "ShuffleDown" or "ShuffleUp" or "ShuffleXor" or "Broadcast":
                var width = arguments.Length == 3 ? arguments[2].Text : "WARP_SIZE";
                var lane = arguments[1].Text;
                var inPart = method.Name switch
                {
                    "ShuffleDown" => $"lane_in_part({width}) + {lane}",
                    "ShuffleUp" => $"lane_in_part({width}) - {lane}",
                    "ShuffleXor" => $"lane_in_part({width}) ^ {lane}",
                    _ => arguments.Length == 3 ? $"{lane} & ({width} - 1)" : lane,
                };
                var exchange = Exchanger("exchange", arguments[0].Type, Prelude.Exchange);
                Effect(arguments[0].Type, $"{exchange}(team, {arguments[0].Text}, shuffle_source({inPart}, {width}))");
                return true;
            default:
                return false;
        }
    }

    private bool AllocateShared(MethodInfo method, Value[] arguments)
    {
        _needsTeam = true;
        var element = method.GetGenericArguments()[0];
        var type = CType.View(element, Space.Local);
        var pointer = TypeName(CType.Pointer(new(element), Space.Local));
        if (method.Name == "GetDynamic")
        {
            _usesDynamic = true;
            PushView(type, $"({pointer})team.dynamic", $"team.dynamic_bytes / {CType.SizeOf(element)}");
            return true;
        }
        if (arguments is [{ Constant: null }])
            throw Error("the size of shared memory is not a constant");
        var length = arguments.Length == 0 ? 1 : arguments[0].Constant!.Value;
        var begin = _sharedBytes;
        var bytes = (int)length * CType.SizeOf(element);
        _sharedBytes += (bytes + SharedAlignment - 1) / SharedAlignment * SharedAlignment;
        if (arguments.Length > 0)
        {
            PushView(type, $"({pointer})(team.memory + {begin})", Literal(length));
            return true;
        }
        var place = $"(*({pointer})(team.memory + {begin}))";
        Push(new(CType.Pointer(new(element), Space.Local), $"(({pointer})(team.memory + {begin}))") { Place = place });
        return true;
    }

    private bool AllocateLocal(MethodInfo method, Value[] arguments)
    {
        var element = new CType(method.GetGenericArguments()[0]);
        if (arguments is not [{ Constant: { } length }])
            throw Error("the size of local memory is not a constant");
        var name = $"array{_temporaries++}";
        _declarations.Add($"{TypeName(element)} {name}[{Math.Max(length, 1)}];");
        PushView(CType.View(element.Type, Space.Private), name, Literal(length));
        return true;
    }

    private string MathFunction(string name, Type type) => IsCuda && type == typeof(float) ? name + "f" : name;

    private bool TryMath(MethodInfo method, Value[] arguments)
    {
        var type = method.ReturnType;
        var texts = arguments.Select(value => value.Text).ToArray();
        string? text = null;
        if (IsFloating(type) && arguments.All(value => IsFloating(value.Type.Type)))
        {
            var suffix = type == typeof(float) ? "f32" : "f64";
            text = method.Name switch
            {
                "Min" or "Max" => $"{method.Name.ToLowerInvariant()}_{suffix}({texts[0]}, {texts[1]})",
                "Abs" => Function("fabs"),
                "Ceiling" => Function("ceil"),
                "Round" when arguments.Length == 1 => Function("rint"),
                "Pow" when texts[0] is "2.0f" or "2.0" => $"{MathFunction("exp2", type)}({texts[1]})",
                "Truncate" => Function("trunc"),
                "FusedMultiplyAdd" => Function("fma"),
                "IEEERemainder" => Function("remainder"),
                "CopySign" => Function("copysign"),
                "Log" when arguments.Length == 2 => null, // what it does for special numbers is read
                "ReciprocalEstimate" => $"({(type == typeof(float) ? "1.0f" : "1.0")} / {texts[0]})",
                "Acos" or "Asin" or "Atan" or "Atan2" or "Cos" or "Cosh" or "Exp" or "Floor" or "Log" or "Log10" or "Log2" or "Pow" or "Sin"
                    or "Sinh" or "Sqrt" or "Tan" or "Tanh" or "Cbrt" => Function(method.Name.ToLowerInvariant()),
                _ => null,
            };
        }
        else if (method.Name == "Round" && IsFloating(type))
        {
            var (digits, mode) = arguments.Length == 3 ? (texts[1], texts[2])
                : method.GetParameters()[1].ParameterType.IsEnum ? (null, texts[1])
                : (texts[1], "0");
            var suffix = type == typeof(float) ? "f32" : "f64";
            text = digits is null ? $"round_{suffix}({texts[0]}, {mode})" : $"round_digits_{suffix}({texts[0]}, {digits}, {mode})";
        }
        else if (method.Name == "SinCos")
        {
            var angle = Keep(arguments[0]).Text;
            var number = arguments[0].Type.Type;
            PushStructure(type, $"{MathFunction("sin", number)}({angle})", $"{MathFunction("cos", number)}({angle})");
            return true;
        }
        else if (method.Name is "Min" or "Max" && arguments.Length == 2)
        {
            var (left, right) = (Keep(arguments[0]), Keep(arguments[1]));
            var isUnsigned = type == typeof(uint) || type == typeof(ulong) || type == typeof(nuint);
            var (a, b) = isUnsigned ? (Unsigned(left), Unsigned(right)) : (Signed(left), Signed(right));
            text = $"({a} {(method.Name == "Min" ? "<" : ">")} {b} ? {a} : {b})";
            arguments = [];
        }
        else if (method.Name == "Abs")
        {
            var kept = Keep(arguments[0]);
            text = $"({kept.Text} < 0 ? -{kept.Text} : {kept.Text})";
            arguments = [];
        }
        if (text is null)
            return false;
        Push(type, text, arguments);
        return true;

        string Function(string name) => $"{MathFunction(name, type)}({string.Join(", ", texts)})";
    }

    // CUDA adds floating-point numbers itself.
    private bool TryAtomic(MethodInfo method, Value[] arguments)
    {
        if (!IsCuda || method.Name != "Add" || !IsFloating(method.ReturnType))
            return false;
        Effect(new(method.ReturnType), $"atomicAdd({arguments[0].Text}, {arguments[1].Text})");
        return true;
    }

    private bool TryInterlocked(MethodInfo method, Value[] arguments)
    {
        if (method.Name == "MemoryBarrier")
        {
            _text.Append("    FENCE();\n");
            return true;
        }
        var type = method.ReturnType;
        var size = type.IsPrimitive ? CType.SizeOf(type) : 0;
        var isFloating = IsFloating(type);
        if (size < 4 || isFloating && method.Name is not ("Exchange" or "CompareExchange"))
            throw Error($"devices have no {KernelApi.Name(method)} of {type.Name}");
        var bits = size * 8;
        var head = $"{bits}({_program.Types.Qualifier(arguments[0].Type.Space).Trim()}, {arguments[0].Text}";
        var values = arguments.Skip(1).Select(value => isFloating ? $"AS_U{bits}({value.Text})" : Unsigned(value)).ToArray();
        var name = TypeName(new(type));
        var text = method.Name switch
        {
            "CompareExchange" => $"CAS_{head}, {values[1]}, {values[0]})",
            "Exchange" => $"SWAP_{head}, {values[0]})",
            "Add" => $"ADD_{head}, {values[0]}) + {values[0]}",
            "Increment" => $"ADD_{head}, 1) + 1",
            "Decrement" => $"ADD_{head}, -1) - 1",
            "And" => $"AND_{head}, {values[0]})",
            "Or" => $"OR_{head}, {values[0]})",
            _ => throw Error($"devices have no {KernelApi.Name(method)}"),
        };
        Effect(new(type), isFloating ? $"AS_F{bits}({text})" : $"(({name})({text}))");
        return true;
    }

    private bool TryOther(MethodInfo method, Type type, Value[] arguments)
    {
        switch (method.Name)
        {
            case "SingleToInt32Bits" or "SingleToUInt32Bits":
                Push(method.ReturnType, $"(({TypeName(new(method.ReturnType))})AS_U32({arguments[0].Text}))", arguments);
                return true;
            case "Int32BitsToSingle" or "UInt32BitsToSingle":
                Push(typeof(float), $"AS_F32({arguments[0].Text})", arguments);
                return true;
            case "DoubleToInt64Bits" or "DoubleToUInt64Bits":
                Push(method.ReturnType, $"(({TypeName(new(method.ReturnType))})AS_U64({arguments[0].Text}))", arguments);
                return true;
            case "Int64BitsToDouble" or "UInt64BitsToDouble":
                Push(typeof(double), $"AS_F64({arguments[0].Text})", arguments);
                return true;
            case "IsNaN" when IsFloating(type):
                var number = Keep(arguments[0]);
                Push(typeof(bool), $"({number.Text} != {number.Text})");
                return true;
            case "IsInfinity" or "IsFinite" when IsFloating(type):
                var largest = type == typeof(float) ? Literal(float.MaxValue) : Literal(double.MaxValue);
                var symbol = method.Name == "IsFinite" ? "<=" : ">";
                Push(typeof(bool), $"({MathFunction("fabs", type)}({arguments[0].Text}) {symbol} {largest})", arguments);
                return true;
            case "LeadingZeroCount" or "PopCount" when type == typeof(BitOperations):
                var bits = IsWide(arguments[0]) ? 64 : 32;
                Push(typeof(int), $"{(method.Name == "PopCount" ? "POPCOUNT" : "CLZ")}_{bits}({arguments[0].Text})", arguments);
                return true;
            case "TrailingZeroCount" when type == typeof(BitOperations):
                var (word, size) = (Keep(arguments[0]), IsWide(arguments[0]) ? 64 : 32);
                Push(typeof(int), $"({word.Text} == 0 ? {size} : {size - 1} - CLZ_{size}({word.Text} & -{word.Text}))");
                return true;
            case "As" when type == typeof(Unsafe) && method.GetGenericArguments().Length == 2:
                var target = arguments[0].Type.Target.As(method.GetGenericArguments()[1]);
                var pointer = CType.Pointer(target, arguments[0].Type.Space);
                Push(new(pointer, $"(({TypeName(pointer)}){arguments[0].Text})") { Reads = arguments[0].Reads, Root = arguments[0].Root });
                return true;
            case "SizeOf" when type == typeof(Unsafe):
                PushConstant(CType.SizeOf(method.GetGenericArguments()[0]));
                return true;
            case "CreateInstance" when type == typeof(Activator) && method.IsGenericMethod:
                var made = new CType(method.GetGenericArguments()[0]);
                Push(made, Zero(made));
                return true;
            case "Assert" when type == typeof(Debug) || type == typeof(Trace):
                return true;
            default:
                return false;
        }
    }
}
